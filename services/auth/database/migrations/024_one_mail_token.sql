ALTER TABLE mail_tokens
  ADD UNIQUE KEY mail_tokens_user_purpose (user_id, purpose)
