ALTER TABLE users
  ADD COLUMN group_identity CHAR(64) NULL COMMENT 'of the identity whose provider has given account_group; NULL where an operator has'
