import { LOCAL } from './time-value.ts';
import type { Zone } from './time-value.ts';

/** Abbreviations of three to five capitals, the last one a T when there are more than three; and offsets. */
export const ZONE_NAME =
  /^(?:ChST|MeST|GMT(?:[+-][0-9]+)?|[+-][0-9]+|[A-Z]{4}T(?![A-Z])|[A-Z]{3}T(?![A-Z])|WITA(?![A-Z])|[A-Z]{3}(?![A-Z]))/;

/** As many parts of two digits as the element has, with colons between them if it has some. */
export function offsetPattern(element: string): RegExp {
  const parts = element.replace(/[^0-9]/g, '').length / 2;
  return new RegExp(`^[+-][0-9]{2}(?:${element.includes(':') ? ':' : ''}[0-9]{2}){${parts - 1}}`);
}

/** The zone of a time that names one, or says how far it is from UTC, or neither. */
export function zoneFor(name: string, offset: number | undefined): Zone {
  if (offset !== undefined) {
    const isLocal = offset === 0 && (name === '' || name === LOCAL.name);
    return isLocal ? LOCAL : { kind: 'fixed', name, offset };
  }
  if (name === '') return LOCAL;
  const hours = /^GMT([+-][0-9]+)$/.exec(name)?.[1];
  return { kind: 'fixed', name, offset: Number(hours ?? 0) * 3600 };
}
