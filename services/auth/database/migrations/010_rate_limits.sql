CREATE TABLE IF NOT EXISTS rate_limits (
  id VARCHAR(96) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY COMMENT 'name of the limit and SHA-256 of what is counted',
  points INT NOT NULL COMMENT 'how often it was counted',
  expires_at BIGINT NOT NULL COMMENT 'end of the window, ms since 1970',
  KEY rate_limits_expires_at (expires_at)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
