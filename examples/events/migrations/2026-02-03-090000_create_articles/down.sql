DROP TABLE messages;
DROP TABLE audits;
DROP TABLE articles;
