CREATE TABLE IF NOT EXISTS identities (
  id CHAR(64) NOT NULL PRIMARY KEY COMMENT 'SHA-256 of issuer and subject: they are compared byte for byte',
  user_id CHAR(36) NOT NULL,
  provider VARCHAR(32) NOT NULL COMMENT 'its id in OIDC_PROVIDERS when the identity was joined',
  issuer VARCHAR(1000) NOT NULL,
  subject VARCHAR(255) NOT NULL,
  email VARCHAR(254) NULL COMMENT 'what the provider said at the last login',
  created_at DATETIME(3) NOT NULL COMMENT 'UTC',
  last_used_at DATETIME(3) NULL COMMENT 'UTC',
  CONSTRAINT identities_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
