import type { ErrorFacts } from './error-facts.js'
import type { ErrorRow } from './describe-error.js'
import { sentence } from './tool-error-words.js'

/** Said of an upload that can go on, and of nothing else that a provider is asked, such as to delete something. */
function resumes(facts: ErrorFacts): string {
  return facts.has('upload') ? ' What was sent so far is kept; the upload can go on from there.' : ''
}

function service(facts: ErrorFacts): string {
  return facts.text(['service'], 'The provider')
}

/** The number by which the provider's support finds a request. */
function requestOf(facts: ErrorFacts): string {
  return facts.has('requestId') ? ` Request ${facts.text(['requestId'], '')}.` : ''
}

function said(facts: ErrorFacts, otherwise: string): string {
  return `${sentence(facts.text(['reason', 'message'], otherwise))}${requestOf(facts)}`
}

/** Words for clouds and other places that images are uploaded to. Details: `service`, `what`, `reason`, `status`, `requestId`, `field`, `next`, and `upload` where one can go on. */
export const CLOUD_ERROR_WORDS = {
  'cloud-unreachable': (facts) => ({
    title: `${service(facts)} cannot be reached`,
    detail: `${said(facts, 'There was no answer')} This machine may be offline, the address may be wrong, or a proxy or firewall is in between.${resumes(facts)}`,
    next: facts.text(['next'], 'Check the address, the network and HTTPS_PROXY; then try again.'),
  }),
  'cloud-untrusted': (facts) => ({
    title: `The certificate of ${service(facts)} is not trusted`,
    detail: `${said(facts, 'It was not signed by an authority that this machine knows')} Nothing was sent to it.`,
    next: facts.text(['next'], 'Give the certificate of its authority as a file; certificates are always checked.'),
  }),
  'cloud-busy': (facts) => ({
    title: `${service(facts)} takes no more requests for now`,
    detail: `${said(facts, `It answered ${facts.text(['status'], '429')} again and again`)}${resumes(facts)}`,
    next: facts.text(['next'], 'Try again later.'),
  }),
  'cloud-denied': (facts) => ({
    title: `This account may not ${facts.text(['what'], 'do that')}`,
    detail: said(facts, `${service(facts)} knows who asks, and refuses`),
    next: facts.text(['next'], 'Ask for the right, or use another account.'),
  }),
  'cloud-failed': (facts) => ({
    title: `${service(facts)} failed`,
    detail: `${said(facts, `It answered ${facts.text(['status'], 'what makes no sense')}`)}${resumes(facts)}`,
    next: facts.text(['next'], 'Try again later.'),
  }),
  'cloud-refused': (facts) => ({
    title: `${service(facts)} does not take ${facts.text(['what'], 'that')}`,
    detail: said(facts, 'It gave no reason'),
    next: facts.text(['next'], 'Change what it names, and try again.'),
  }),
  'cloud-quota': (facts) => ({
    title: `There is no room left for ${facts.text(['what'], 'it')}`,
    detail: said(facts, `A limit of the account at ${service(facts)} is reached`),
    next: facts.text(['next'], 'Delete what is not needed there, or ask for a higher limit.'),
  }),
  'cloud-conflict': (facts) => ({
    title: `${facts.text(['what'], 'That name')} is taken`,
    detail: `${said(facts, `${service(facts)} has one of that name`)} It was not changed.`,
    next: facts.text(['next'], 'Choose another name.'),
  }),
  'cloud-not-found': (facts) => ({
    title: `${facts.text(['what'], 'It')} is not there`,
    detail: said(facts, `It does not exist at ${service(facts)}, or this account may not see it`),
    next: facts.text(['next'], 'Check its name and the account.'),
  }),
  'clock-skewed': (facts) => ({
    title: 'The clock of this machine is wrong',
    detail: `${service(facts)} is ${facts.text(['seconds'], 'many')} seconds away from it, and refuses requests that are signed with such a clock.${requestOf(facts)}`,
    next: 'Set the clock (timedatectl set-ntp true), then try again.',
  }),
  'sign-in-expired': (facts) => ({
    title: `The sign-in to ${service(facts)} has ended`,
    detail: `${said(facts, 'Its session or token is no longer taken')}${resumes(facts)}`,
    next: facts.text(['next'], 'Sign in again, then go on.'),
  }),
  'upload-mismatch': (facts) => ({
    title: 'What is stored there is not what was sent',
    detail: said(facts, `${service(facts)} names another digest of ${facts.text(['what'], 'it')}`),
    next: facts.text(['next'], 'Try again; if it happens again, something between this machine and the provider changes data.'),
  }),
  'upload-incomplete': (facts) => ({
    title: 'The upload did not come to its end there',
    detail: said(facts, `${service(facts)} gave up on it`),
    next: facts.text(['next'], 'Read what it says, and try again.'),
  }),
  'upload-refused': (facts) => ({
    title: 'The checks before the upload found errors',
    detail: `${sentence(facts.text(['reason'], 'Something keeps it from being sent'))} Nothing was sent.`,
    next: 'Change what they name, and try again.',
  }),
} satisfies Partial<Record<string, ErrorRow>>
