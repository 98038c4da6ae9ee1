CREATE TABLE IF NOT EXISTS passkeys (
  id VARBINARY(1023) NOT NULL COMMENT 'credential id, as the authenticator made it',
  user_id CHAR(36) NOT NULL,
  public_id CHAR(22) NOT NULL PRIMARY KEY COMMENT 'random; by which the owner renames or removes it',
  id_hash CHAR(64) NOT NULL COMMENT 'SHA-256 of the credential id',
  name VARCHAR(100) NOT NULL COMMENT 'as the user wrote it',
  public_key VARBINARY(4096) NOT NULL COMMENT 'COSE',
  counter BIGINT UNSIGNED NOT NULL COMMENT 'signatures so far, where the authenticator counts them',
  transports VARCHAR(255) NOT NULL COMMENT 'separated by spaces',
  backed_up BOOLEAN NOT NULL COMMENT 'whether it is synchronised between devices',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  last_used_at DATETIME(3) NULL COMMENT 'UTC',
  UNIQUE KEY passkeys_id_hash (id_hash),
  CONSTRAINT passkeys_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
