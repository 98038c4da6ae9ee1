CREATE TABLE IF NOT EXISTS registrations (
  email_key VARCHAR(254) NOT NULL PRIMARY KEY COMMENT 'one for each mailbox; it becomes an account when its mail is confirmed',
  email VARCHAR(254) NOT NULL COMMENT 'as the user wrote it',
  guest_id CHAR(36) NULL COMMENT 'the guest who becomes the account',
  password_hash VARCHAR(255) NULL COMMENT 'PHC string; NULL where the password is set after the confirmation',
  token_hash CHAR(64) NULL COMMENT 'SHA-256 of the token in the link of the newest mail',
  expires_at DATETIME(3) NOT NULL COMMENT 'UTC',
  UNIQUE KEY registrations_token_hash (token_hash),
  KEY registrations_expires_at (expires_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
