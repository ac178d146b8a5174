/** What `billing brokers add` writes: what has to be filled in, and what most brokers differ in. Empty values stand at their defaults. */
export const profileText = (name: string): string => `# Settings of the broker ${name}, for: billing --broker ${name} …
# Everything about this broker is here and nowhere else: neither the environment nor .env is read for it. All settings: .env.example.
# Secrets may come from files: NAME_FILE=/path instead of NAME. Between single quotes a value is read as it stands.

# The label is the file's name. It is part of ids and of the keys by which charges are found again: never rename the file once something was billed.
BILLING_BROKER=${name}

# ---- Cloudmore ----
CLOUDMORE_RESELLER_ID=''
CLOUDMORE_USERNAME=''
CLOUDMORE_PASSWORD=''
CLOUDMORE_CLIENT_SECRET=''

# ---- Autotask ----
AUTOTASK_USERNAME=''
AUTOTASK_SECRET=''
AUTOTASK_INTEGRATION_CODE=''
# \`billing --broker ${name} doctor\` lists the ids that fit.
AUTOTASK_SERVICE_BILLING_CODE_ID=
AUTOTASK_PRODUCT_BILLING_CODE_ID=
AUTOTASK_SLA_ID=
# Our share of the tenant's 10,000 calls an hour.
#AUTOTASK_CALLS_PER_HOUR=5000

# ---- What is billed, and when ----
# shadow writes nothing; approve waits for a release per organization; auto writes everything that no breaker holds.
BILLING_MODE=shadow
# Then: billing --broker ${name} schedule apply
#BILLING_SCHEDULE="0 3 * * *"
#BILLING_TIMEZONE=UTC

# ---- Who is told ----
#NOTICE_WEBHOOK=''
#NOTICE_SMTP=''
#NOTICE_MAIL_TO=

# ---- Of the installation, here only where this broker differs ----
# A Temporal namespace of its own: TEMPORAL_NAMESPACE. Its keys are in a folder of its name within BILLING_KEYS unless this names another one.
#BILLING_KEYS=
`;
