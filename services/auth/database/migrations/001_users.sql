CREATE TABLE IF NOT EXISTS users (
  id CHAR(36) NOT NULL PRIMARY KEY,
  email VARCHAR(254) NOT NULL COMMENT 'as the user wrote it',
  email_key VARCHAR(254) NOT NULL COMMENT 'case-folded: one account for each mailbox',
  password_hash VARCHAR(255) NOT NULL COMMENT 'PHC string',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  UNIQUE KEY users_email_key (email_key)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
