CREATE TABLE IF NOT EXISTS known_addresses (
  id CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY COMMENT 'SHA-256 of an account and an address from which its owner has logged in',
  expires_at DATETIME(3) NOT NULL COMMENT 'UTC',
  KEY known_addresses_expires_at (expires_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
