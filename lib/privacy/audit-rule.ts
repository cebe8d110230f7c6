/**
 * The fewest days that the audit log can be kept, if not forever. The database enforces it too (`organization_audit_days_check`). A year,
 * because that is how long PCI DSS 4 (10.5.1) has audit logs kept, and intrusions are often noticed after months.
 */
export const MIN_AUDIT_DAYS = 365;
export const MAX_AUDIT_DAYS = 3650;
