import { Combine, Container, House, HardDrive, ListChecks, type LucideIcon, Rocket, SlidersHorizontal, Wrench } from 'lucide-react'
import { useNavigation, type View } from './navigation-store.js'
import styles from './rail.module.css'

interface Place {
  readonly kind: View['kind']
  readonly word: string
  readonly icon: LucideIcon
  readonly view: View
}

const TOP: readonly Place[] = [
  { kind: 'home', word: 'Home', icon: House, view: { kind: 'home' } },
  { kind: 'images', word: 'Images', icon: HardDrive, view: { kind: 'images' } },
  { kind: 'convert', word: 'Convert', icon: Combine, view: { kind: 'convert' } },
  { kind: 'containers', word: 'Containers', icon: Container, view: { kind: 'containers' } },
  { kind: 'ship', word: 'Ship', icon: Rocket, view: { kind: 'ship' } },
  { kind: 'jobs', word: 'Jobs', icon: ListChecks, view: { kind: 'jobs', selected: null } },
]
const BOTTOM: readonly Place[] = [
  { kind: 'tools', word: 'Tools', icon: Wrench, view: { kind: 'tools' } },
  { kind: 'settings', word: 'Settings', icon: SlidersHorizontal, view: { kind: 'settings' } },
]

/** The places of the app, words under their icons. */
export function Rail() {
  return (
    <nav className={styles.rail} aria-label="Places">
      <PlaceList places={TOP} />
      <PlaceList places={BOTTOM} />
    </nav>
  )
}

function PlaceList({ places }: { readonly places: readonly Place[] }) {
  const current = useNavigation((store) => store.view.kind)
  const show = useNavigation((store) => store.show)
  return (
    <ul className={styles.places}>
      {places.map(({ kind, word, icon: Icon, view }) => (
        <li key={kind}>
          <button type="button" className={styles.place} aria-current={kind === current ? 'page' : undefined} onClick={() => show(view)}>
            <Icon size={20} strokeWidth={1.75} aria-hidden />
            {word}
          </button>
        </li>
      ))}
    </ul>
  )
}
