import type { SourceFacts } from '../source-facts.js'

/** What is known of a qcow2 of 10 GiB that boots by UEFI; a test says what is else with its own. */
export function sampleFacts(changes: Partial<SourceFacts> = {}): SourceFacts {
  return {
    path: '/images/boot.qcow2',
    kind: 'disk',
    format: 'qcow2',
    subformat: 'v3',
    virtualBytes: 10 * 1024 ** 3,
    fileBytes: 1024 ** 3,
    dataBytes: 1024 ** 3,
    architecture: 'x86_64',
    firmware: 'uefi',
    os: null,
    ignitionPlatform: null,
    revision: '1',
    ...changes,
  }
}
