CREATE TABLE IF NOT EXISTS account_deletions (
  user_id CHAR(36) NOT NULL PRIMARY KEY COMMENT 'of a deleted account whose jobs a gateway has to delete',
  deleted_at DATETIME(3) NOT NULL COMMENT 'UTC'
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
