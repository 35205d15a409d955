import { createHash, type Hash } from 'node:crypto';

/** What a file is, byte for byte: what a manifest says of it and who has the file can find out again. */
export interface FileDigest {
  bytes: number;
  /** Hex, of the whole file. */
  sha256: string;
  /** In the order of the file; one without rows has none. */
  sections: SectionDigest[];
}

/**
 * The bytes of a section are its rows and what joins them, from the first byte of the first row to the last of the last:
 * in a JSON document what is between its brackets, without the white space at both ends.
 */
export interface SectionDigest {
  name: string;
  /** Of its first byte in the file. */
  offset: number;
  bytes: number;
  sha256: string;
}

/** Hashes a file while it is written or read; nothing is kept of the bytes. */
export interface FileDigester {
  /** What stands around the rows. */
  frame(bytes: Uint8Array): void;
  /** Rows of a section, and joints between two of them. */
  rows(section: string, bytes: Uint8Array): void;
  end(): FileDigest;
}

export function createFileDigester(): FileDigester {
  const whole = createHash('sha256');
  const sections: SectionDigest[] = [];
  let position = 0;
  let current: { digest: SectionDigest; hash: Hash } | null = null;

  function close() {
    if (current) current.digest.sha256 = current.hash.digest('hex');
    current = null;
  }

  return {
    frame(bytes) {
      close();
      whole.update(bytes);
      position += bytes.length;
    },
    rows(section, bytes) {
      if (bytes.length === 0) return;
      if (current?.digest.name !== section) {
        close();
        const digest = { name: section, offset: position, bytes: 0, sha256: '' };
        sections.push(digest);
        current = { digest, hash: createHash('sha256') };
      }
      current.hash.update(bytes);
      current.digest.bytes += bytes.length;
      whole.update(bytes);
      position += bytes.length;
    },
    end() {
      close();
      return { bytes: position, sha256: whole.digest('hex'), sections };
    },
  };
}

export const emptySha256 = createHash('sha256').digest('hex');
