ALTER TABLE users
  ADD COLUMN session_epoch INT NOT NULL DEFAULT 0 COMMENT 'raised when the sessions of the user are ended; what began before does not succeed any more'
