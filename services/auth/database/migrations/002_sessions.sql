CREATE TABLE IF NOT EXISTS sessions (
  id CHAR(22) NOT NULL PRIMARY KEY COMMENT 'one for each login: the family of its refresh tokens',
  user_id CHAR(36) NOT NULL,
  token_hash CHAR(64) NOT NULL COMMENT 'SHA-256 of the one refresh token that is not used yet',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  expires_at DATETIME(3) NOT NULL COMMENT 'UTC',
  KEY sessions_expires_at (expires_at),
  CONSTRAINT sessions_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
