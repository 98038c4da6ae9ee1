CREATE TABLE IF NOT EXISTS totp (
  user_id CHAR(36) NOT NULL PRIMARY KEY,
  secret VARCHAR(255) NOT NULL COMMENT 'encrypted with AUTH_SECRET',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  confirmed_at DATETIME(3) NULL COMMENT 'UTC; NULL until the first code has shown that the app has the secret',
  last_step BIGINT NOT NULL DEFAULT 0 COMMENT 'of the last code that was used; none before it works again',
  failures INT NOT NULL DEFAULT 0 COMMENT 'wrong codes since failing_since',
  failing_since DATETIME(3) NULL COMMENT 'UTC',
  CONSTRAINT totp_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
