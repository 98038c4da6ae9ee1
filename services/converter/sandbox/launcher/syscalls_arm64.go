package main

import "golang.org/x/sys/unix"

const processor = unix.AUDIT_ARCH_AARCH64

// No number is that of another interface.
const firstForeignNumber = 0

var allowedHere []uint32

var openCalls = []openCall{{unix.SYS_OPENAT, 2}}
