CREATE TABLE jobs (
    id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    run_at TIMESTAMP NOT NULL,
    attempts INTEGER NOT NULL,
    state TEXT NOT NULL,
    last_error TEXT
);

-- In the order in which jobs are taken: without it a server reads, and locks, jobs that are done or not due.
CREATE INDEX jobs_due ON jobs (state, run_at, id);

CREATE TABLE mails (
    id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    job_id INTEGER NOT NULL,
    address TEXT NOT NULL,
    FOREIGN KEY (job_id) REFERENCES jobs (id)
);

CREATE TABLE accounts (
    id INTEGER GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    cents BIGINT NOT NULL,
    version INTEGER NOT NULL
);
