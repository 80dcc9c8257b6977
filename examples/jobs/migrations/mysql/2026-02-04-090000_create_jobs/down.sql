DROP TABLE accounts;
DROP TABLE mails;
DROP TABLE jobs;
