CREATE TABLE IF NOT EXISTS signing_keys (
  kid VARCHAR(64) NOT NULL PRIMARY KEY,
  private_jwk TEXT NOT NULL,
  created_at DATETIME(3) NOT NULL COMMENT 'UTC; published from here on',
  signs_from DATETIME(3) NOT NULL COMMENT 'UTC; signs from here on, until a newer one does'
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
