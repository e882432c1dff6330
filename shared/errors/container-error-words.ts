import type { ErrorRow } from './describe-error.js'
import { sentence } from './tool-error-words.js'

const NOTHING_KEPT = 'Nothing was kept of it.'
const OFFLINE = ' This machine may be offline, the name may be wrong, or a proxy or firewall is in between.'

/** Words for registries and container images. */
export const CONTAINER_ERROR_WORDS = {
  'registry-unreachable': (facts) => ({
    title: `${facts.text(['registry'], 'The registry')} cannot be reached`,
    detail: `${sentence(facts.text(['reason', 'message'], 'There was no answer'))}${facts.has('proxy') ? '' : OFFLINE} ${NOTHING_KEPT}`,
    next: facts.has('proxy')
      ? 'Check what HTTPS_PROXY, HTTP_PROXY or ALL_PROXY says; NO_PROXY leads around it. Then try again.'
      : 'Check the name, the network and HTTPS_PROXY; then try again.',
  }),
  'registry-untrusted': (facts) => ({
    title: `The certificate of ${facts.text(['registry'], 'the registry')} is not trusted`,
    detail: `${sentence(facts.text(['reason', 'message'], 'It was not signed by an authority that this machine knows'))} Nothing was sent to it.`,
    next: `Put the certificate of its authority into ${facts.text(['certDir'], '/etc/containers/certs.d/HOST:PORT/ca.crt')}.`,
  }),
  'registry-plain-http': (facts) => ({
    title: `${facts.text(['registry'], 'The registry')} answers without TLS`,
    detail: 'It speaks plain HTTP, where everyone in between can read and change what is sent, passwords too. Nothing was sent to it.',
    next: 'Use plain HTTP only for a registry on this machine or in a network that you trust.',
  }),
  'registry-stalled': (facts) => ({
    title: `${facts.text(['registry'], 'The registry')} stopped sending`,
    detail: `No byte came for ${facts.text(['seconds'], '60')} seconds, and asking again did not help. ${NOTHING_KEPT}`,
    next: 'Try again later.',
  }),
  'registry-busy': (facts) => ({
    title: `${facts.text(['registry'], 'The registry')} takes no more requests for now`,
    detail: `It answered ${facts.text(['status'], '429')}${facts.has('seconds') ? ` and asks to wait ${facts.text(['seconds'], '')} seconds` : ''}. Many registries allow more to those who sign in.`,
    next: 'Wait, or sign in; then try again.',
  }),
  'registry-denied': (facts) => ({
    title: 'This account may not do that there',
    detail: `${facts.text(['registry'], 'The registry')} knows who asks and refuses ${facts.text(['what'], 'it')}${facts.aside(['reason', 'message'])}. Some registries say so of repositories that do not exist, too.`,
    next: 'Check the name, sign in as someone else, or ask for the right.',
  }),
  'registry-failed': (facts) => ({
    title: `${facts.text(['registry'], 'The registry')} failed`,
    detail: `${sentence(facts.text(['reason', 'message'], `It answered ${facts.text(['status'], 'what makes no sense')}`))} ${NOTHING_KEPT}`,
    next: facts.text(['next'], 'Try again later; its operator may know more.'),
  }),
  'sign-in-needed': (facts) => ({
    title: `${facts.text(['registry', 'service'], 'The registry')} ${facts.has('user') || facts.has('where') ? 'refused the sign-in' : 'wants you to sign in'}`,
    detail: facts.has('service')
      ? sentence(facts.text(['reason'], 'No sign-in for it was found'))
      : facts.has('user') || facts.has('where')
        ? `It refused the sign-in of ${facts.text(['user'], 'the user')}${facts.aside(['where'])}. The password may be wrong, or the token may have ended.`
        : 'It gives that to nobody who is not signed in, and no sign-in for it was found.',
    next: 'Sign in, or check the name: some registries ask this for what does not exist.',
  }),
  'container-not-found': (facts) => ({
    title: 'There is no such image',
    detail: `Nothing was found at ${facts.text(['reference', 'path'], 'that name')}${facts.aside(['reason', 'message'])}. Nothing was written.`,
    next: 'Check the name, and its tag or digest.',
  }),
  'container-invalid': (facts) => ({
    title: 'The container image is damaged',
    detail: `${sentence(facts.text(['reason'], 'Its manifest cannot be read'))} ${NOTHING_KEPT}`,
    next: 'Ask whoever made it, or take it from somewhere else.',
  }),
  'container-unsupported': (facts) => ({
    title: `${facts.text(['feature'], 'This kind of container image')} cannot be used here`,
    detail: sentence(facts.text(['reason'], 'Diskwright does not know it')),
    next: facts.text(['next'], 'Copy it to another form with skopeo first.'),
  }),
  'container-refused': (facts) => ({
    title: 'The policy of this machine does not allow this image',
    detail: `${sentence(facts.text(['reason'], 'It is not signed as the policy asks'))} The policy is ${facts.text(['policy'], 'policy.json')}. Nothing was written.`,
    next: 'Take an image that is signed, or change the policy if that is your choice to make.',
  }),
  'platform-not-found': (facts) => ({
    title: `There is no image for ${facts.text(['platform'], 'that platform')}`,
    detail: `${facts.text(['reference'], 'The index')} has: ${facts.text(['platforms'], 'others')}.`,
    next: 'Choose one of these.',
  }),
  'no-disk-in-container': (facts) => ({
    title: 'No disk was found in the image',
    detail:
      facts.text(['entries'], '') === '1'
        ? 'Its one file was looked at by its content, and is no disk image.'
        : `All ${facts.text(['entries'], 'its')} files were looked at by their content, and none of them is a disk image.`,
    next: 'Browse the files, or say which one to take. A bootable container can be made into a disk.',
  }),
  'several-disks': (facts) => ({
    title: 'There are several disks in the image',
    detail: `They are: ${facts.text(['disks'], 'listed by `diskwright containers disks`')}.`,
    next: 'Say which one to take.',
  }),
  'blob-mismatch': (facts) => ({
    title: 'What arrived is not what the manifest says',
    detail: `${sentence(facts.text(['reason'], `The content of ${facts.text(['digest'], 'a blob')} has another digest`))} It was damaged or changed on its way or where it is kept. ${NOTHING_KEPT}`,
    next: 'Try again; if it stays so, the registry or a proxy gives out damaged data.',
  }),
} satisfies Record<string, ErrorRow>
