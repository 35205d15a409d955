import { tsPlugin } from '@sveltejs/acorn-typescript';
import { type Expression, type Node, Parser, type Program, type Property, type SpreadElement } from 'acorn';
import type { Place } from './finding.ts';

/**
 * Finds lines in the text of a config. It follows what is written: objects, lists, constants at the top of the file, and
 * spread objects; where that ends (a call, an import), the last place before it counts. Null for a file that cannot be
 * parsed.
 */
export function createLocator(text: string, file: string): (place: Place) => number | null {
  const root = parseRoot(text, file);
  return ({ at, entry }) => {
    if (root === null) return null;
    const found = follow(root, at);
    const inner = entry === undefined ? null : entryOf(root, found.value, entry);
    return (inner ?? found.node).loc?.start.line ?? null;
  };
}

interface Root {
  program: Program | null;
  config: Node;
}

function parseRoot(text: string, file: string): Root | null {
  const options = { ecmaVersion: 'latest', sourceType: 'module', locations: true } as const;
  try {
    if (file.endsWith('.json')) return { program: null, config: Parser.parseExpressionAt(text, 0, options) };
    const program = Parser.extend(tsPlugin()).parse(text, options);
    const exported = program.body.find((statement) => statement.type === 'ExportDefaultDeclaration');
    return exported === undefined ? null : { program, config: exported.declaration };
  } catch {
    return null;
  }
}

/** The node at the end of the steps, as far as they can be followed, and its value. */
function follow(root: Root, steps: Place['at']): { node: Node; value: Node | null } {
  let node: Node = root.config;
  let value: Node | null = valueBehind(root, root.config);
  for (const step of steps) {
    const next = value === null ? null : childOf(root, value, step);
    if (next === null) return { node, value: null };
    node = next.node;
    value = valueBehind(root, next.value);
  }
  return { node, value };
}

function childOf(root: Root, value: Node, step: string | number): { node: Node; value: Node } | null {
  const known = value as Expression;
  if (known.type === 'ArrayExpression') {
    const element = known.elements[Number(step)];
    return element ? { node: element, value: element } : null;
  }
  if (known.type !== 'ObjectExpression') return null;
  // What is written later takes the place of what came before.
  for (const property of known.properties.toReversed()) {
    const found = ofProperty(root, property, String(step));
    if (found !== null) return found;
  }
  return null;
}

function ofProperty(
  root: Root,
  property: Property | SpreadElement,
  name: string,
): { node: Node; value: Node } | null {
  if (property.type === 'SpreadElement') {
    const spread = valueBehind(root, property.argument);
    return spread === null ? null : childOf(root, spread, name);
  }
  return nameOf(property) === name ? { node: property, value: property.value } : null;
}

function nameOf({ key, computed }: Property): string | null {
  if (key.type === 'Identifier' && !computed) return key.name;
  return key.type === 'Literal' ? String(key.value) : null;
}

/** The entry of a list, or the key of an object, of that name: `'id'`, `{ id: 'key' }`. */
function entryOf(root: Root, value: Node | null, name: string): Node | null {
  const known = value as Expression | null;
  if (known?.type === 'ObjectExpression') return childOf(root, known, name)?.node ?? null;
  if (known?.type !== 'ArrayExpression') return null;
  for (const element of known.elements) {
    if (element?.type === 'Literal' && element.value === name) return element;
    if (element?.type === 'ObjectExpression' && childOf(root, element, name) !== null) return element;
  }
  return null;
}

/** Looks through `defineConfig(…)`, types, and names of constants at the top of the file. */
function valueBehind(root: Root, node: Node): Node | null {
  const known = node as Expression | { type: string; expression?: Node };
  if (known.type === 'CallExpression' && 'arguments' in known) {
    const [first] = known.arguments;
    return first === undefined ? null : valueBehind(root, first);
  }
  if (known.type === 'Identifier' && 'name' in known) {
    const constant = constantOf(root, known.name);
    return constant === null ? null : valueBehind(root, constant);
  }
  if (/^TS\w+Expression$/.test(known.type) && 'expression' in known && typeof known.expression === 'object') {
    return valueBehind(root, known.expression);
  }
  return node;
}

function constantOf({ program }: Root, name: string): Node | null {
  for (const statement of program?.body ?? []) {
    const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
    if (declared?.type !== 'VariableDeclaration') continue;
    for (const { id, init } of declared.declarations) {
      if (id.type === 'Identifier' && id.name === name) return init ?? null;
    }
  }
  return null;
}
