ALTER TABLE sessions
  ADD COLUMN last_used_at DATETIME(3) NULL COMMENT 'UTC; NULL before the first refresh',
  ADD COLUMN user_agent VARCHAR(200) NULL COMMENT 'of the login; untrusted text'
