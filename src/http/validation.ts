import type { FastifySchemaValidationError } from 'fastify';
import { HandoverError } from '../errors.ts';

/** One thing that is wrong with a request: where, which rule, and what would be right. */
export interface FieldError {
  /** `user.email`, `exports[0]`; empty for the body itself. */
  field: string;
  /** `required`, `type`, `format`, `length`, `value`, `characters`, `unknown`. */
  rule: string;
  message: string;
}

/** Turns what a schema found into `invalid_request`, with every field that is wrong. `part` is body, querystring, … */
export function invalidRequest(issues: FastifySchemaValidationError[], part: string): HandoverError {
  const errors = issues.flatMap(explain);
  const place = part === 'querystring' ? 'query' : part;
  return new HandoverError(
    'invalid_request',
    `The ${place} of the request is not valid: ${errors.map((error) => error.message).join(' ')}`,
    { details: { errors } },
  );
}

/** A refusal of one field, for rules that no schema can say. */
export function invalidField(field: string, rule: string, message: string): HandoverError {
  return new HandoverError('invalid_request', message, { details: { errors: [{ field, rule, message }] } });
}

function explain(issue: FastifySchemaValidationError): FieldError[] {
  const field = fieldName(issue.instancePath);
  const subject = field === '' ? 'The body' : `\`${field}\``;
  const { params } = issue;
  switch (issue.keyword) {
    case 'invalid_type': {
      const isMissing = issue.message?.endsWith('received undefined') ?? false;
      const expected = typeNames[String(params.expected)] ?? String(params.expected);
      return isMissing
        ? [{ field, rule: 'required', message: `${subject} is missing: send ${expected}.` }]
        : [{ field, rule: 'type', message: `${subject} has to be ${expected}.` }];
    }
    case 'unrecognized_keys': {
      const keys = Array.isArray(params.keys) ? params.keys.map(String) : [];
      return keys.map((key) => unknownKey(field === '' ? key : `${field}.${key}`));
    }
    case 'too_small':
      if (params.minimum === 1) return [{ field, rule: 'length', message: `${subject} may not be empty.` }];
      return [
        { field, rule: 'length', message: `${subject} needs at least ${params.minimum} ${unit(params)}.` },
      ];
    case 'too_big':
      return [
        { field, rule: 'length', message: `${subject} may have at most ${params.maximum} ${unit(params)}.` },
      ];
    case 'invalid_format': {
      const right = formats[String(params.format)] ?? 'of another form; see the documentation at /docs';
      return [{ field, rule: 'format', message: `${subject} has to be ${right}.` }];
    }
    case 'invalid_value':
      return [{ field, rule: 'value', message: `${subject} has to be one of ${String(params.values)}.` }];
    case 'custom':
      return [{ field, rule: 'characters', message: `${subject} is not valid: ${issue.message}.` }];
    default:
      return [{ field, rule: String(issue.keyword), message: `${subject}: ${issue.message}.` }];
  }
}

function unknownKey(field: string): FieldError {
  return {
    field,
    rule: 'unknown',
    message: `\`${field}\` is not known here: leave it out, or check its spelling.`,
  };
}

function unit(params: Record<string, unknown>): string {
  return params.origin === 'string' ? 'characters' : params.origin === 'array' ? 'entries' : '';
}

const typeNames: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

const formats: Record<string, string> = {
  email: 'an e-mail address such as owner@example.com',
  url: 'an http or https address such as https://app.example.com/settings',
  regex: 'a language tag such as en or de-AT',
  uuid: 'a UUID',
};

/** `/user/email` → `user.email`. */
function fieldName(instancePath: string): string {
  return instancePath
    .split('/')
    .filter((step) => step !== '')
    .map((step, index) => (/^\d+$/.test(step) ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join('');
}
