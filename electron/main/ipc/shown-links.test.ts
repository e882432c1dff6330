import { expect, test } from 'vitest'
import type { Job } from '#shared/jobs/job'
import { ShownLinks } from './shown-links.js'

const CONSOLE = 'https://console.cloud.example/images/boot 1?project=lab#details'

function jobThatShows(...urls: (string | null)[]): Job {
  const resources = urls.map((url) => ({ kind: 'image', id: 'boot', name: 'boot', url }))
  const next = [{ title: 'Link that needs no account', command: null, url: 'https://objects.example/boot?signature=1' }]
  const upload = { resources, next, verified: 'none', temporary: [], sentBytes: 0, skippedBytes: 0 } as const
  return { output: { path: '/boot.raw', bytes: 1, proofs: [], upload } } as unknown as Job
}

function linksOf(...jobs: Job[]): ShownLinks {
  const links = new ShownLinks()
  links.follow({ list: () => jobs })
  return links
}

test('what a result shows may be opened, in the form that a browser gives it, and nothing beside it', () => {
  const links = linksOf({ output: null } as Job, jobThatShows(null, CONSOLE))
  expect(links.has(CONSOLE)).toBe(true)
  expect(links.has(new URL(CONSOLE).href)).toBe(true)
  expect(links.has('https://objects.example/boot?signature=1')).toBe(true)
  expect(links.has('https://console.cloud.example/')).toBe(false)
  expect(links.has(`${CONSOLE}&stolen=1`)).toBe(false)
  expect(links.has('https://taken.example/?stolen=1')).toBe(false)
})

test.each([
  'http://objects.example/',
  'https://user:word@objects.example/',
  'https://user@objects.example/',
  'file:///etc/passwd',
  'no address',
])('not even a result makes %s a page to open', (url) => {
  expect(linksOf(jobThatShows(url)).has(url)).toBe(false)
})

test('nothing may be opened before there are jobs, but what was made for the window', () => {
  const links = new ShownLinks()
  expect(links.has(CONSOLE)).toBe(false)
  expect(links.note(CONSOLE)).toBe(CONSOLE)
  expect(links.has(CONSOLE)).toBe(true)
  expect(links.has(`${CONSOLE}&stolen=1`)).toBe(false)
})
