ALTER TABLE users
  ADD COLUMN verified_at DATETIME(3) NULL COMMENT 'UTC; when the owner of the mailbox confirmed it; NULL where nobody had to',
  ADD COLUMN account_group VARCHAR(16) NULL COMMENT 'NULL for a user or a guest'
