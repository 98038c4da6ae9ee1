CREATE TABLE IF NOT EXISTS recovery_codes (
  code_hash CHAR(64) NOT NULL PRIMARY KEY COMMENT 'SHA-256 of user and code; a code is deleted when it is used',
  user_id CHAR(36) NOT NULL,
  KEY recovery_codes_user_id (user_id),
  CONSTRAINT recovery_codes_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
