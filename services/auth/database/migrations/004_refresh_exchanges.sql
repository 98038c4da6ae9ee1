CREATE TABLE IF NOT EXISTS refresh_exchanges (
  session_id CHAR(22) NOT NULL PRIMARY KEY,
  seed CHAR(43) NOT NULL COMMENT 'random; the newest refresh token is the HMAC of the one before it under this key',
  exchanged_at DATETIME(3) NOT NULL COMMENT 'UTC; when the one before it was exchanged',
  CONSTRAINT refresh_exchanges_session_id FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
