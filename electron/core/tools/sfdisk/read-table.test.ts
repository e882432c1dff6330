import { expect, test } from 'vitest'
import { parseTable } from './read-table.js'

// sfdisk 2.38.1 -J, GPT.
const GPT = `{
   "partitiontable": {
      "label": "gpt",
      "id": "1DD3BF10-E50F-5843-BE86-9BF6D4A0BCB6",
      "device": "/m/disk",
      "unit": "sectors",
      "firstlba": 2048,
      "lastlba": 4194270,
      "sectorsize": 512,
      "partitions": [
         {
            "node": "/m/disk1",
            "start": 2048,
            "size": 204800,
            "type": "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7",
            "uuid": "F9553BE1-1B2E-9346-B2BF-EA23729837B3",
            "name": "EFI-SYSTEM"
         }
      ]
   }
}`

// sfdisk 2.38.1 -J, MBR with an active partition.
const MBR = `{
   "partitiontable": {
      "label": "dos",
      "id": "0xca7cf866",
      "device": "/m/disk",
      "unit": "sectors",
      "sectorsize": 512,
      "partitions": [
         {
            "node": "/m/disk5",
            "start": 2048,
            "size": 204800,
            "type": "83",
            "bootable": true
         }
      ]
   }
}`

test('GPT rows in bytes, type GUIDs in capitals', () => {
  const table = parseTable(GPT, 'The backup GPT table is not on the end of the device.')
  expect(table).toEqual({
    table: 'gpt',
    sectorBytes: 512,
    backupMisplaced: true,
    problem: null,
    partitions: [
      {
        number: 1,
        startBytes: 1_048_576,
        sizeBytes: 104_857_600,
        type: 'EBD0A0A2-B9E5-4433-87C0-68B6B72699C7',
        name: 'EFI-SYSTEM',
        uuid: 'f9553be1-1b2e-9346-b2bf-ea23729837b3',
        bootable: false,
      },
    ],
  })
})

test('MBR rows keep their numbers and the active flag', () => {
  const { table, partitions } = parseTable(MBR, '')
  expect([table, partitions[0]?.number, partitions[0]?.type, partitions[0]?.bootable]).toEqual(['mbr', 5, '83', true])
  expect(partitions[0]?.uuid).toBe('ca7cf866-05')
})

test('a table without partitions is empty', () => {
  expect(parseTable('{"partitiontable":{"label":"dos","id":"0x0","device":"d","unit":"sectors","sectorsize":512}}', '').partitions).toEqual(
    [],
  )
})
