import { expect, test } from 'vitest'
import { convertImageInputSchema } from './convert-request.js'
import { artifactReportSchema } from './artifact-report.js'
import { makeReport, type ReportFacts } from './make-report.js'
import { printReportJson, printReportText } from './print-report.js'

const HASH = '$6$salt$secret-hash'

function facts(change: Partial<ReportFacts> = {}): ReportFacts {
  const input = convertImageInputSchema.parse({
    source: '/images/boot.qcow2',
    output: '/out/boot-azure.vhd',
    format: 'vhd',
    subformat: 'fixed',
    artifact: 'azure-vhd',
    edits: [
      { kind: 'retarget', platform: 'azure' },
      { kind: 'write-file', path: '/etc/shadow', content: { text: `root:${HASH}:1::::::` } },
    ],
  })
  return {
    input,
    info: {
      path: '/images/boot.qcow2',
      format: 'qcow2',
      variant: 'v3, zlib',
      virtualBytes: 8_388_608,
      fileBytes: 2_293_760,
      revision: '1a-2b-3c',
      osName: 'Oracle Linux Server 8.10',
    },
    subformat: 'fixed',
    virtualBytes: 8_388_608,
    fileBytes: 8_389_120,
    digests: { sha256: 'ab'.repeat(32) },
    sourceSha256: null,
    proofs: ['Content compared with the source: identical'],
    lint: {
      kind: 'VHD, fixed',
      fileBytes: 8_389_120,
      virtualBytes: 8_388_608,
      findings: [
        { check: 'gpt.backup-place', severity: 'warning', text: 'The backup GPT is not at the end of the disk' },
        { check: 'vhd.checksum', severity: 'pass', text: 'The checksum of the footer is right' },
      ],
      counts: { error: 0, warning: 1, note: 0, skipped: 0, pass: 1 },
    },
    notes: ['The disk grew by 512 KiB'],
    commands: [
      { line: 'qemu-img convert -O vpc a b', full: 'bwrap …', startedAt: '', seconds: 1.25, exitCode: 0, signal: null },
      { line: 'qemu-img compare a b', full: 'bwrap …', startedAt: '', seconds: 0.5, exitCode: null, signal: 'SIGKILL' },
    ],
    tools: { 'qemu-img': '7.2.22' },
    diskwright: '0.1.0',
    now: new Date('2025-01-02T03:04:05Z'),
    ...change,
  }
}

test('the text names the result, its source, what was done and what was proven', () => {
  expect(printReportText(makeReport(facts()))).toMatchInlineSnapshot(`
    "Diskwright report of boot-azure.vhd
    2025-01-02T03:04:05.000Z

    Result
      File          boot-azure.vhd
      For           Azure fixed VHD, Microsoft Azure
      Format        VHD, fixed
      Virtual size  8 MiB (8,388,608 bytes)
      File size     8 MiB (8,389,120 bytes)
      SHA-256       abababababababababababababababababababababababababababababababab

    Source
      File          /images/boot.qcow2
      Format        qcow2, v3, zlib
      System        Oracle Linux Server 8.10
      Virtual size  8 MiB (8,388,608 bytes)
      File size     2.19 MiB (2,293,760 bytes)
      Revision      1a-2b-3c

    Edits
      1. Make the image fit Microsoft Azure
      2. Write /etc/shadow

    Proof
      Content compared with the source: identical

    Rules: VHD, fixed
      warning     The backup GPT is not at the end of the disk [gpt.backup-place]
      ok          The checksum of the footer is right [vhd.checksum]

    Notes
      The disk grew by 512 KiB

    Tools
      Diskwright    0.1.0
      qemu-img      7.2.22

    Commands
      qemu-img convert -O vpc a b   # exit 0, 1.3 s
      qemu-img compare a b   # ended by SIGKILL, 0.5 s
    "
  `)
})

test('the JSON is the report, by its schema, and holds no secret of an edit', () => {
  const report = makeReport(facts())
  const json = printReportJson(report)
  expect(artifactReportSchema.parse(JSON.parse(json))).toEqual(report)
  expect(json).not.toContain('secret-hash')
  expect(printReportText(report)).not.toContain('secret-hash')
})

test('names that would change what is seen are shown, in both', () => {
  const hostile = '/images/a\u202egpj.\u001b[2Jx\nProof\u200b.qcow2'
  const report = makeReport(facts({ info: { ...facts().info, path: hostile }, notes: ['one\ntwo'] }))
  const text = printReportText(report)
  expect(text).not.toMatch(/[\u202e\u001b\u200b]/)
  expect(text).toContain('aU+202Egpj.U+001B[2JxU+000AProofU+200B.qcow2')
  expect(text).toContain('  oneU+000Atwo\n')
  const json = printReportJson(report)
  expect(json).not.toMatch(/[\u202e\u200b]/)
  expect(artifactReportSchema.parse(JSON.parse(json)).source.path).toBe(hostile)
})

test('what is not known leaves no empty lines', () => {
  const input = convertImageInputSchema.parse({ source: '/a', output: '/b', format: 'raw' })
  const text = printReportText(makeReport(facts({ input, subformat: 'sparse', lint: null, notes: [], commands: [], proofs: [] })))
  expect(text).not.toMatch(/^ {2}For /m)
  expect(text).not.toMatch(/^(Edits|Proof|Notes|Commands|Rules.*)$/m)
})
