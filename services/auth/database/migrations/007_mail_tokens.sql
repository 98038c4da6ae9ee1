CREATE TABLE IF NOT EXISTS mail_tokens (
  token_hash CHAR(64) NOT NULL PRIMARY KEY COMMENT 'SHA-256 of the token in the link of a mail',
  user_id CHAR(36) NOT NULL,
  purpose VARCHAR(16) NOT NULL,
  email VARCHAR(254) NOT NULL COMMENT 'the address to which the mail went',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  expires_at DATETIME(3) NOT NULL COMMENT 'UTC',
  KEY mail_tokens_user_id (user_id, purpose),
  KEY mail_tokens_expires_at (expires_at),
  CONSTRAINT mail_tokens_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
