CREATE TABLE IF NOT EXISTS auth_secrets (
  name VARCHAR(64) NOT NULL PRIMARY KEY,
  secret CHAR(43) NOT NULL COMMENT '256 random bits in base64url, which all replicas share'
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
