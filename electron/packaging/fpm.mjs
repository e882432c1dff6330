#!/usr/bin/env node
// The part of `fpm -s dir -t deb|rpm` that electron-builder uses, on dpkg-deb and rpmbuild: for machines where
// electron-builder cannot download its own fpm (CUSTOM_FPM_PATH).
import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const { options, maps } = readArguments(process.argv.slice(2))
const all = (name) => options.get(name) ?? []
const one = (name, fallback) => all(name).at(-1) ?? fallback

const work = fs.mkdtempSync(path.join(os.tmpdir(), 'fpm-'))
try {
  const root = path.join(work, 'root')
  layOut(root)
  const output = one('--package')
  fs.rmSync(output, { force: true })
  const type = one('-t')
  if (type === 'deb') buildDeb(root, output)
  else if (type === 'rpm') buildRpm(root, output)
  else throw new Error(`fpm stand-in: no target ${type}`)
} finally {
  fs.rmSync(work, { recursive: true, force: true })
}

function readArguments(argv) {
  const found = { options: new Map(), maps: [] }
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]
    if (argument === '--force') continue
    if (argument.startsWith('-')) {
      const cut = argument.startsWith('--') ? argument.indexOf('=') : -1
      const [name, value] = cut > 0 ? [argument.slice(0, cut), argument.slice(cut + 1)] : [argument, argv[++i]]
      found.options.set(name, [...(found.options.get(name) ?? []), value])
    } else {
      const cut = argument.lastIndexOf('=')
      found.maps.push({ from: argument.slice(0, cut), to: argument.slice(cut + 1) })
    }
  }
  return found
}

function layOut(root) {
  for (const { from, to } of maps) {
    const target = path.join(root, to)
    fs.mkdirSync(path.dirname(target), { recursive: true })
    execFileSync('cp', from.endsWith('/') ? ['-a', `${from}.`, target] : ['-aL', from, target])
  }
  execFileSync('chmod', ['-R', 'u+rwX,go+rX,go-w', root])
}

function buildDeb(root, output) {
  const control = path.join(root, 'DEBIAN')
  fs.mkdirSync(control)
  const kilobytes = Math.ceil(Number(execFileSync('du', ['-sk', root], { encoding: 'utf8' }).split('\t')[0]))
  const fields = {
    Package: one('--name'),
    Version: one('--version'),
    License: one('--license'),
    Vendor: one('--vendor'),
    Architecture: one('--architecture'),
    Maintainer: one('--maintainer'),
    'Installed-Size': String(kilobytes),
    Depends: all('-d').join(', '),
    Recommends: all('--deb-recommends').join(', '),
    Suggests: all('--deb-suggests').join(', '),
    Section: one('--category', 'default'),
    Priority: one('--deb-priority', 'optional'),
    Homepage: one('--url'),
    Description: one('--description', one('--name')).replace(/\n(?! )/g, '\n '),
  }
  const lines = Object.entries(fields).filter(([, value]) => value)
  fs.writeFileSync(path.join(control, 'control'), lines.map(([name, value]) => `${name}: ${value}\n`).join(''))
  const scripts = { '--before-install': 'preinst', '--after-install': 'postinst', '--before-remove': 'prerm', '--after-remove': 'postrm' }
  for (const [option, name] of Object.entries(scripts)) {
    if (!one(option)) continue
    fs.copyFileSync(one(option), path.join(control, name))
    fs.chmodSync(path.join(control, name), 0o755)
  }
  const args = ['--root-owner-group', `-Z${one('--deb-compression', 'xz')}`, '--build', root, output]
  execFileSync('dpkg-deb', args, { stdio: ['ignore', 'ignore', 'inherit'] })
}

function buildRpm(root, output) {
  const arch = { amd64: 'x86_64', arm64: 'aarch64' }[one('--architecture')] ?? one('--architecture')
  const summary = one('--rpm-summary', one('--description', one('--name')).split('\n')[0])
  const spec = [
    `Name: ${one('--name')}`,
    `Version: ${one('--version').replaceAll('-', '_')}`,
    `Release: ${one('--iteration', '1')}`,
    `Summary: ${summary}`,
    `License: ${one('--license', 'unknown')}`,
    `Vendor: ${one('--vendor', '')}`,
    `URL: ${one('--url', '')}`,
    'AutoReqProv: no',
    `BuildArch: ${arch}`,
    ...all('-d').map((name) => `Requires: ${name}`),
    '%description',
    one('--description', one('--name')),
    '%files',
    '%defattr(-,root,root,-)',
    ...maps.map(({ to }) => `"${to}"`),
    ...script('--after-install', 'post'),
    ...script('--after-remove', 'postun'),
  ]
  const specFile = path.join(work, 'app.spec')
  fs.writeFileSync(specFile, `${spec.join('\n')}\n`)
  const payloads = { xz: 'w2.xzdio', xzmt: 'w2T0.xzdio', gzip: 'w9.gzdio', bzip2: 'w9.bzdio', none: 'w0.gzdio' }
  const defines = {
    _topdir: work,
    _rpmdir: `${work}/out`,
    _binary_payload: payloads[one('--rpm-compression', 'xz')] ?? payloads.xz,
    _build_id_links: 'none',
    __os_install_post: '%{nil}',
    _rpmfilename: 'app.rpm',
  }
  const defineArgs = Object.entries(defines).flatMap(([name, value]) => ['--define', `${name} ${value}`])
  const args = ['-bb', specFile, '--target', arch, '--buildroot', root, '--noclean', ...defineArgs]
  execFileSync('rpmbuild', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  fs.copyFileSync(path.join(work, 'out', 'app.rpm'), output)
}

function script(option, section) {
  const file = one(option)
  if (!file) return []
  const body = fs
    .readFileSync(file, 'utf8')
    .replace(/^#!.*\n/, '')
    .replaceAll('%', '%%')
  return [`%${section} -p /bin/bash`, body]
}
