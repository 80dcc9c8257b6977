CREATE TABLE jobs (
    id INTEGER AUTO_INCREMENT PRIMARY KEY,
    kind VARCHAR(100) NOT NULL,
    payload TEXT NOT NULL,
    run_at DATETIME(6) NOT NULL,
    attempts INTEGER NOT NULL,
    state VARCHAR(100) NOT NULL,
    last_error TEXT
);

-- In the order in which jobs are taken: without it a server reads, and locks, jobs that are done or not due.
CREATE INDEX jobs_due ON jobs (state, run_at, id);

CREATE TABLE mails (
    id INTEGER AUTO_INCREMENT PRIMARY KEY,
    job_id INTEGER NOT NULL,
    address TEXT NOT NULL,
    FOREIGN KEY (job_id) REFERENCES jobs (id)
);

CREATE TABLE accounts (
    id INTEGER AUTO_INCREMENT PRIMARY KEY,
    cents BIGINT NOT NULL,
    version INTEGER NOT NULL
);
