/** The package's version, as the trace and `armada --version` say it. A test holds it to package.json. */
export const VERSION = '0.1.0';
