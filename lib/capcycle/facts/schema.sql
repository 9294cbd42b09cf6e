CREATE TABLE IF NOT EXISTS companies (
    company TEXT PRIMARY KEY, name TEXT, name_zh TEXT, cik TEXT, currency TEXT, fiscal_year_end TEXT, "group" TEXT,
    origin TEXT, stamp TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS sources (
    company TEXT, source TEXT, title TEXT, publisher TEXT, url TEXT, published TEXT, tier TEXT,
    PRIMARY KEY (company, source)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS facts (
    company TEXT, line INTEGER, concept TEXT, period_start TEXT, period_end TEXT, value TEXT, unit TEXT, kind TEXT,
    source TEXT, locator TEXT, published TEXT, note TEXT,
    PRIMARY KEY (company, line)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS registers (
    register TEXT, name TEXT, line INTEGER, cells TEXT, stamp TEXT, PRIMARY KEY (register, name, line)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS worked (
    as_of TEXT, company TEXT, stamp TEXT, PRIMARY KEY (as_of, company)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS months (
    as_of TEXT, concept TEXT, ordinal INTEGER, company TEXT, period_start TEXT, period_end TEXT, value REAL, unit TEXT,
    kind TEXT, source TEXT, locator TEXT, published TEXT, note TEXT, tier INTEGER, basis INTEGER, last_basis INTEGER,
    PRIMARY KEY (as_of, concept, ordinal, company)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS months_of ON months (as_of, company);
