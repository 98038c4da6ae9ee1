CREATE TABLE IF NOT EXISTS revocations (
  id VARCHAR(64) NOT NULL PRIMARY KEY COMMENT 'of a session or an API key that was ended',
  revoked_at DATETIME(3) NOT NULL COMMENT 'UTC, by the clock of the database',
  KEY revocations_revoked_at (revoked_at, id)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
