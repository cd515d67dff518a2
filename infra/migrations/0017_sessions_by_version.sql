-- Which version of its user a session saw when it began: what ends it is decided by the order of the
-- log, not by the clocks of two machines. Sessions that an earlier release began have none.

ALTER TABLE accounts.sessions ADD COLUMN user_version integer;
