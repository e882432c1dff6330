import fs from 'node:fs/promises'
import path from 'node:path'
import type { Host } from '#core/process/host'

const PATIENCE_MS = 600_000

export interface WantedPackages {
  /** Debian's name of an architecture: arm64. */
  readonly arch: string
  readonly names: readonly string[]
  /** Those that they stand for today are taken: a kernel's package bears its version. */
  readonly metapackages: readonly string[]
}

/**
 * Unpacks packages of another architecture, from where this machine has its own; returns the tree of their files, in `folder`. The package
 * manager keeps its lists in `folder` too, so it needs no root and knows nothing of the other architecture afterwards.
 *
 * @throws ToolError where a package is not to be had
 */
export async function fetchPackages(host: Host, folder: string, { arch, names, metapackages }: WantedPackages): Promise<string> {
  const work = path.join(folder, 'apt')
  const [root, downloads, settings] = [path.join(work, 'root'), path.join(work, 'downloads'), path.join(work, 'apt.conf')]
  for (const place of ['state/lists/partial', 'cache/archives/partial', 'root', 'downloads'])
    await fs.mkdir(path.join(work, place), { recursive: true })
  await fs.writeFile(path.join(work, 'state/status'), '')
  await fs.writeFile(settings, privateSettings(work, arch))
  const apt = (script: string, ...args: string[]) =>
    host.run('sh', ['-c', `cd "$1" && settings=$2 && shift 2 && ${script}`, 'apt', downloads, settings, ...args], {
      timeoutMs: PATIENCE_MS,
    })
  // Sources that have nothing for the other architecture are no reason to end: what is missing is told below.
  await apt('apt-get -c "$settings" -q update || true')
  const real = await Promise.all(
    metapackages.map(async (name) => {
      const { stdout } = await apt('apt-cache -c "$settings" depends --important -- "$1"', name)
      return /Depends: ([\w.+-]+)/.exec(stdout.toString('utf8'))?.[1] ?? name
    }),
  )
  await apt('apt-get -c "$settings" -q download -- "$@"', ...names, ...real)
  await apt('for file in *.deb; do dpkg-deb -x "$file" "$1" || exit 1; done', root)
  return root
}

/** apt.conf(5). What this machine does after an update of its lists is not done: it is none of them. */
function privateSettings(work: string, arch: string): string {
  return `#clear APT::Architectures;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
APT::Architecture "${arch}";
APT::Architectures { "${arch}"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
Acquire::Retries "3";
Dir::State "${work}/state";
Dir::State::status "${work}/state/status";
Dir::Cache "${work}/cache";
`
}
