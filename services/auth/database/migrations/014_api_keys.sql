CREATE TABLE IF NOT EXISTS api_keys (
  id CHAR(16) NOT NULL PRIMARY KEY,
  user_id CHAR(36) NOT NULL,
  name VARCHAR(100) NOT NULL COMMENT 'as the user wrote it',
  secret_hash CHAR(64) NOT NULL COMMENT 'SHA-256 of the secret, which has 256 random bits',
  scopes VARCHAR(64) NOT NULL COMMENT 'separated by spaces',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  expires_at DATETIME(3) NOT NULL COMMENT 'UTC',
  last_used_at DATETIME(3) NULL COMMENT 'UTC, to the minute',
  KEY api_keys_expires_at (expires_at),
  CONSTRAINT api_keys_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
