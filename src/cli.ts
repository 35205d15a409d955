#!/usr/bin/env node

// Loads nothing before it has looked at the version: an older Node would only show a stack of import errors.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `handover needs Node 22.18 or newer, and this is ${process.versions.node}.\n` +
      'Without touching the system: npm i -D node@24, then npx handover\n',
  );
  process.exit(1);
}
await import('./cli/program.ts');
