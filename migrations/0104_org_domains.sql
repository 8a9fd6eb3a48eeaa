-- Which subcontractors' companies have users at an email domain (H9). One over all tenants, and distributed
-- by that.
CREATE TABLE org_domains (
    domain_hash bytea NOT NULL,
    org_id      uuid  NOT NULL,
    PRIMARY KEY (domain_hash, org_id)
);
COMMENT ON TABLE org_domains IS 'Which subcontractors'' companies have, or had, registered users at an email domain, so that a company is not made twice; free mail services are left out';
COMMENT ON COLUMN org_domains.domain_hash IS 'Keyed hash of the domain';
COMMENT ON COLUMN org_domains.org_id IS 'The company';
