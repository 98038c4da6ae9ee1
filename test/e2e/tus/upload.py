"""Uploads a file by tuspy: a part of it, and the rest with a new client. Prints the address of the upload.

usage: upload.py ENDPOINT FILE STOP_AT   (the access token is in $TOKEN)
"""

import os
import sys

from tusclient import client

CHUNK_BYTES = 1_000_000


def uploader(path, **options):
    tus = client.TusClient(endpoint, headers={"Authorization": "Bearer " + os.environ["TOKEN"]})
    return tus.uploader(path, chunk_size=CHUNK_BYTES, metadata={"filename": "film.mp4", "quality": "5"}, **options)


endpoint, path, stop_at = sys.argv[1:]
first = uploader(path)
first.upload(stop_at=int(stop_at))
second = uploader(path, url=first.url)
second.upload()
print(second.url)
