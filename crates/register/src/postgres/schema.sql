CREATE SCHEMA flagflow;

CREATE TABLE flagflow.register (single BOOLEAN PRIMARY KEY CHECK (single), version BIGINT NOT NULL);

CREATE TABLE flagflow.file (
    id BIGINT PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE,
    name TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    flow TEXT,
    sender TEXT,
    identifier TEXT,
    created BIGINT,
    applied_at BIGINT,
    rejected BIGINT NOT NULL
);

CREATE TABLE flagflow.entry (
    point BIGINT NOT NULL,
    day BIGINT NOT NULL,
    file BIGINT NOT NULL,
    line BIGINT NOT NULL,
    flag TEXT NOT NULL,
    effect BIGINT NOT NULL,
    stands BOOLEAN NOT NULL,
    PRIMARY KEY (point, day, file, line)
);

CREATE TABLE flagflow.file_count (
    file BIGINT NOT NULL,
    effect BIGINT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (file, effect)
);

CREATE TABLE flagflow.settings (
    single BOOLEAN PRIMARY KEY CHECK (single),
    rules TEXT NOT NULL,
    gas BOOLEAN NOT NULL,
    electricity BOOLEAN NOT NULL
);

CREATE TABLE flagflow.event (
    id BIGINT PRIMARY KEY,
    day BIGINT NOT NULL,
    device BIGINT NOT NULL,
    event BIGINT NOT NULL,
    point BIGINT,
    supplier TEXT,
    previous BIGINT
);

CREATE TABLE flagflow.device (
    device BIGINT PRIMARY KEY,
    status BIGINT NOT NULL,
    was_commissioned BOOLEAN NOT NULL,
    day BIGINT NOT NULL,
    last_event BIGINT NOT NULL
);

CREATE TABLE flagflow.link (
    device BIGINT NOT NULL,
    point BIGINT NOT NULL,
    linked BOOLEAN NOT NULL,
    PRIMARY KEY (device, point)
);

CREATE INDEX link_point ON flagflow.link (point);

CREATE TABLE flagflow.point (
    point BIGINT PRIMARY KEY,
    last_day BIGINT NOT NULL,
    meters BYTEA NOT NULL,
    flag TEXT,
    day BIGINT,
    supplier TEXT,
    was_active BOOLEAN NOT NULL,
    notified_flag TEXT,
    notified_day BIGINT,
    file BIGINT
);

CREATE INDEX pending ON flagflow.point (point)
    WHERE flag IS NOT NULL AND (flag IS DISTINCT FROM notified_flag OR day IS DISTINCT FROM notified_day);

CREATE TABLE flagflow.taken (
    digest BYTEA PRIMARY KEY,
    name TEXT NOT NULL,
    events BIGINT NOT NULL,
    repeated BIGINT NOT NULL,
    refused BIGINT NOT NULL
);

CREATE TABLE flagflow.recipient (
    recipient TEXT PRIMARY KEY,
    number BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    instruction BIGINT NOT NULL
);

CREATE TABLE flagflow.run_file (
    id BIGINT PRIMARY KEY,
    recipient TEXT NOT NULL,
    number BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    first_instruction BIGINT NOT NULL,
    notices BIGINT NOT NULL,
    identifier TEXT NOT NULL,
    created BIGINT NOT NULL,
    digest BYTEA NOT NULL,
    sent BOOLEAN NOT NULL,
    sent_at BIGINT,
    UNIQUE (recipient, number)
);

CREATE INDEX unsent ON flagflow.run_file (id) WHERE NOT sent;

CREATE TABLE flagflow.notice (
    file BIGINT NOT NULL,
    point BIGINT NOT NULL,
    flag TEXT NOT NULL,
    day BIGINT NOT NULL,
    supplier TEXT,
    instruction BIGINT NOT NULL,
    previous BIGINT,
    PRIMARY KEY (file, point)
);

CREATE TABLE flagflow.answer_file (
    id BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    digest BYTEA NOT NULL UNIQUE,
    name TEXT NOT NULL
);

CREATE TABLE flagflow.answer (
    recipient TEXT NOT NULL,
    number BIGINT NOT NULL,
    point BIGINT NOT NULL,
    file BIGINT NOT NULL,
    line BIGINT NOT NULL,
    rejected TEXT,
    PRIMARY KEY (recipient, number, point, file, line)
);

CREATE INDEX rejected ON flagflow.answer (point) WHERE rejected IS NOT NULL;

CREATE TABLE flagflow.confirmation (
    file BIGINT NOT NULL,
    answer_file BIGINT NOT NULL,
    line BIGINT NOT NULL,
    day BIGINT NOT NULL,
    received BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    PRIMARY KEY (file, answer_file, line)
);

CREATE TABLE flagflow.kept (
    single BOOLEAN PRIMARY KEY CHECK (single),
    day BIGINT NOT NULL,
    file BIGINT NOT NULL
);
