CREATE TABLE IF NOT EXISTS sign_in_challenges (
  token_hash CHAR(64) NOT NULL PRIMARY KEY COMMENT 'SHA-256',
  purpose VARCHAR(16) NOT NULL,
  user_id CHAR(36) NULL COMMENT 'NULL where it is not known yet who signs in',
  tries INT NOT NULL DEFAULT 0,
  expires_at DATETIME(3) NOT NULL COMMENT 'UTC',
  KEY sign_in_challenges_expires_at (expires_at),
  KEY sign_in_challenges_user_id (user_id),
  CONSTRAINT sign_in_challenges_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
