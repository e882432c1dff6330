# Generated from electron/core/guest/engines/nbd-steps.ts; its test tells when they differ (vitest -u writes it anew).
exec 3>&1 1>&2
(
part_prefix='p'
work='/m/work'
tmp='/m/tmp'
root=$tmp/mnt
mkdir -p "$root"
while read -r type; do
  if [ "$type" = vfat ]; then :; fi
done <"$work/ops/filesystems"
perl - "$disk" "$part_prefix" "$work" "$tmp" "$root" <<'END_OF_PROGRAM'

use strict;
use warnings;
use Config;
use Errno;
use Fcntl qw(:DEFAULT :mode);
use IO::Handle;
our ($disk, $part_prefix, $work, $tmp, $root) = @ARGV;
open our $records, '>&=', 3 or die "descriptor 3: $!";
sub record { syswrite $records, "$_[0]\n" }

my %fields;
open my $list, '<', "$work/ops/fields" or die "fields: $!";
{
  local $/;
  my @words = split /\0/, readline($list) // '', -1;
  while (@words > 2) {
    my ($number, $name, $value) = splice @words, 0, 3;
    $fields{$number}{$name} = $value;
  }
}

# Undefined for a field that the operation has not.
sub field { # NUMBER NAME
  my ($number, $name) = @_;
  return $fields{$number}{$name};
}

my %numbers = $Config{archname} =~ /^aarch64/
  ? (lsetxattr => 6, lgetxattr => 9, statx => 291, utimensat => 88, mount => 40, umount2 => 39, statfs => 43, syslog => 116, syncfs => 267)
  : (lsetxattr => 189, lgetxattr => 192, statx => 332, utimensat => 280, mount => 165, umount2 => 166, statfs => 137, syslog => 103, syncfs => 306);
my $AT_FDCWD = -100;
my $AT_SYMLINK_NOFOLLOW = 0x100;
my $STATX_MTIME = 0x40;
my $UTIME_OMIT = (1 << 30) - 2;
# Nothing of a guest is ever run, opened as a device or trusted with rights: nosuid, nodev, noexec.
my ($MS_RDONLY, $MS_NOATIME, $MS_GUEST) = (1, 1024, 2 | 4 | 8);
my $SELINUX = 'security.selinux';

sub mount_at { # DEVICE TYPE FLAGS OPTIONS
  my ($device, $type, $flags, $options) = @_;
  return syscall($numbers{mount}, "$device", "$root", "$type", $flags | $MS_GUEST, "$options") == 0;
}

sub unmount { return syscall($numbers{umount2}, "$root", 0) == 0 }

# Seconds and nanoseconds.
sub mtime_of {
  my ($file) = @_;
  my $buffer = "\0" x 256;
  return if syscall($numbers{statx}, $AT_FDCWD, "$file", $AT_SYMLINK_NOFOLLOW, $STATX_MTIME, $buffer) != 0;
  return unpack '@112 q L', $buffer;
}

sub set_mtime {
  my ($file, $seconds, $nanos) = @_;
  my $times = pack 'q4', 0, $UTIME_OMIT, $seconds, $nanos;
  return syscall($numbers{utimensat}, $AT_FDCWD, "$file", $times, $AT_SYMLINK_NOFOLLOW) == 0;
}

# Everything of the mounted file system, with the errors of writes that had been put off.
sub sync_root {
  opendir my $folder, $root or return 0;
  return syscall($numbers{syncfs}, fileno $folder) == 0;
}

# Free bytes for everybody but root.
sub free_bytes {
  my $buffer = "\0" x 256;
  return 0 if syscall($numbers{statfs}, "$root", $buffer) != 0;
  my (undef, $unit, undef, undef, $free) = unpack 'q5', $buffer;
  return $unit * $free;
}

# Undefined where the file system keeps none.
sub label_of {
  my ($file) = @_;
  my $buffer = "\0" x 4096;
  my $length = syscall($numbers{lgetxattr}, "$file", $SELINUX, $buffer, length $buffer);
  return if $length <= 0;
  return substr $buffer, 0, $length;
}

sub set_label {
  my ($file, $label) = @_;
  return syscall($numbers{lsetxattr}, "$file", $SELINUX, "$label", length $label, 0) == 0;
}

# What the kernel has said so far; reading it does not take it away from others.
sub kernel_log {
  my $buffer = "\0" x (1 << 20);
  my $length = syscall($numbers{syslog}, 3, $buffer, length $buffer);
  return $length > 0 ? substr($buffer, 0, $length) : '';
}

# Ends an operation; the words are those of REFUSALS.
sub refuse { # WORD [NAME VALUE ...]
  my ($word, %facts) = @_;
  die { word => $word, needed => 0, free => 0, text => '', %facts };
}

# Ends an operation after a system call that failed.
sub refuse_errno { # WHAT [NEEDED]
  my ($what, $needed) = @_;
  my $text = "$what: $!";
  refuse('full', needed => $needed // 0, free => free_bytes()) if $!{ENOSPC} || $!{EDQUOT};
  refuse('read-only') if $!{EROFS};
  refuse('failed', text => $text);
}

my $mounted;
my $filesystem = '';
my %replayed;

sub device_of {
  my ($partition) = @_;
  return $partition == 0 ? $disk : "$disk$part_prefix$partition";
}

# A copy of a disk that this machine runs from has the same UUID, which XFS refuses to mount twice.
sub options_for { return $_[0] =~ /^(vfat|msdos)$/ ? 'utf8=1' : $_[0] eq 'xfs' ? 'nouuid' : '' }

sub replays {
  my ($device) = @_;
  my $name = quotemeta($device =~ s{.*/}{}r);
  return scalar grep { /\($name\):/ && /Starting recovery|recovery complete/ } split /\n/, kernel_log();
}

# Mounts for writing. One partition that cannot be mounted twice is not tried twice.
my %refused;
sub enter { # PARTITION TYPE
  my ($partition, $type) = @_;
  return if defined $mounted && $mounted == $partition;
  leave();
  refuse($refused{$partition}) if $refused{$partition};
  my $word = try_mount($partition, $type);
  return unless $word;
  $refused{$partition} = $word;
  refuse($word);
}

sub try_mount {
  my ($partition, $type) = @_;
  my $device = device_of($partition);
  return 'no-partition' unless -b $device;
  my ($before, $log) = (replays($device), length kernel_log());
  if (mount_at($device, $type, $MS_NOATIME, options_for($type))) {
    $mounted = $partition;
    $filesystem = $type;
    record("mounted $partition " . (replays($device) > $before ? 'replayed' : 'clean'));
    return unless is_read_only();
    leave();
    return 'read-only';
  }
  print STDERR "$device: $!\n", substr(kernel_log(), $log);
  my $reading = $type eq 'xfs' ? 'norecovery,nouuid' : '';
  return 'unreadable' unless mount_at($device, $type, $MS_RDONLY, $reading);
  record("stuck $partition") unless unmount();
  return 'read-only';
}

sub leave {
  return unless defined $mounted;
  my $written = sync_root();
  record((unmount() && $written ? 'unmounted' : 'stuck') . " $mounted");
  undef $mounted;
}

sub is_read_only {
  open my $mounts, '<', '/proc/mounts' or return 0;
  while (<$mounts>) {
    my (undef, $place, undef, $flags) = split / /;
    return 1 if $place eq $root && $flags =~ /^ro(,|$)/;
  }
  return 0;
}

sub keeps_attributes { return $filesystem !~ /^(vfat|msdos|exfat)$/ }

# Follows links within the mounted tree and nowhere else. The last name itself is followed only when asked for.
sub resolve { # PATH FOLLOW
  my ($path, $follow) = @_;
  my @rest = grep { length && $_ ne '.' } split m{/}, $path;
  my (@real, $hops);
  while (@rest) {
    my $name = shift @rest;
    if ($name eq '..') { pop @real; next }
    my $here = join '/', $root, @real, $name;
    if (-l $here && (@rest || $follow)) {
      refuse('missing') if ++$hops > 40;
      my $target = readlink $here;
      refuse_errno('readlink') unless defined $target;
      @real = () if $target =~ m{^/};
      unshift @rest, grep { length && $_ ne '.' } split m{/}, $target;
      next;
    }
    push @real, $name;
  }
  return join '/', $root, @real;
}

# The folder and the full path of a name in it, which itself is not followed.
sub resolve_name { # PATH
  my ($path) = @_;
  my ($above, $name) = $path =~ m{^(.*)/([^/]+)/*$}s or refuse('missing');
  my $folder = resolve($above, 1);
  my @stat = lstat $folder or refuse('missing');
  refuse('not-a-folder') unless S_ISDIR($stat[2]);
  return ($folder, "$folder/$name");
}

my $PIECE = 1 << 20;

sub open_content { # NUMBER
  my ($number) = @_;
  sysopen my $in, "$work/ops/$number/content", O_RDONLY or refuse('failed', text => "the new content: $!");
  return $in;
}

# False with $! set when something could not be read or written.
sub copy_bytes { # FROM TO LENGTH
  my ($from, $to, $left) = @_;
  while ($left > 0) {
    my $piece;
    my $got = sysread $from, $piece, $left < $PIECE ? $left : $PIECE;
    return 0 unless defined $got;
    if ($got == 0) { $! = 5; return 0 }
    for (my $done = 0; $done < $got;) {
      my $put = syswrite $to, $piece, $got - $done, $done;
      return 0 unless defined $put;
      $done += $put;
    }
    $left -= $got;
  }
  return 1;
}

# Where there is plenty of room nothing is waited for: the whole file system is synced before it is unmounted. Where there is not, a
# write that was put off can still fail, and has to be known while it can be taken back.
my $PLENTY = 64 << 20;

sub flush { # HANDLE
  my ($handle) = @_;
  return free_bytes() > $PLENTY || IO::Handle::sync($handle);
}

sub same_bytes { # HANDLE HANDLE
  my ($one, $other) = @_;
  sysseek $_, 0, 0 or return 0 for $one, $other;
  for (;;) {
    my ($left, $right);
    my $got = sysread $one, $left, $PIECE;
    my $had = sysread $other, $right, $PIECE;
    return 0 unless defined $got && defined $had && $left eq $right;
    return 1 if $got == 0;
  }
}

# Digest::SHA is not part of the smallest perl there is.
sub sha256 { # FILE
  my ($file) = @_;
  sysopen my $in, $file, O_RDONLY or refuse_errno('open');
  if (eval { require Digest::SHA; 1 }) {
    my $digest = Digest::SHA->new(256);
    for (;;) {
      my $piece;
      my $got = sysread $in, $piece, $PIECE;
      refuse_errno('read') unless defined $got;
      return $digest->hexdigest if $got == 0;
      $digest->add($piece);
    }
  }
  open my $keep, '<&', \*STDIN or refuse_errno('dup');
  open STDIN, '<&', $in or refuse_errno('dup');
  open my $sums, '-|', 'sha256sum' or refuse('failed', text => 'sha256sum could not be started');
  my $answer = <$sums> // '';
  close $sums;
  open STDIN, '<&', $keep or refuse_errno('dup');
  return substr $answer, 0, 64;
}

# Old bytes that are kept to be put back: file systems that write elsewhere, such as btrfs, can run full while they overwrite.
my $KEPT = 16 << 20;

sub rewrite_file {
  my ($number) = @_;
  my $file = resolve(field($number, 'path'), 1);
  my @was = lstat $file or refuse('missing');
  refuse('irregular') unless S_ISREG($was[2]);
  my $expected = field($number, 'expectedSha256');
  refuse('changed') if defined $expected && sha256($file) ne $expected;
  my @mtime = mtime_of($file) or refuse_errno('statx');
  my $in = open_content($number);
  sysopen my $out, $file, O_RDWR or refuse_errno('open');
  my ($old, $size) = ($was[7], -s $in);
  my $grows = $size > $old ? $size - $old : 0;
  if ($grows) {
    sysseek $in, $old, 0;
    sysseek $out, $old, 0;
    take_back($out, $file, $old, \@mtime, $grows) unless copy_bytes($in, $out, $grows) && flush($out);
  }
  overwrite($in, $out, $file, $old, $size, \@mtime, $grows);
  refuse('failed', text => 'the file differs after writing') unless same_bytes($in, $out);
  if (field($number, 'mtime') eq 'keep') { set_mtime($file, @mtime) or refuse_errno('utimensat') }
}

sub overwrite {
  my ($in, $out, $file, $old, $size, $mtime, $grows) = @_;
  my $common = $size < $old ? $size : $old;
  my $kept;
  if ($common <= $KEPT) {
    sysseek $out, 0, 0;
    defined sysread $out, $kept, $common or refuse_errno('read');
  }
  sysseek $in, 0, 0;
  sysseek $out, 0, 0;
  if (!copy_bytes($in, $out, $common) || !flush($out)) {
    my $error = 0 + $!;
    if (defined $kept) {
      sysseek $out, 0, 0;
      syswrite $out, $kept;
    }
    $! = $error;
    take_back($out, $file, $old, $mtime, $grows || $common);
  }
  return if $size >= $old;
  truncate $out, $size or refuse_errno('truncate');
  flush($out) or refuse_errno('fsync');
}

sub take_back {
  my ($out, $file, $old, $mtime, $needed) = @_;
  my $error = 0 + $!;
  my $free = free_bytes();
  truncate $out, $old;
  set_mtime($file, @$mtime);
  $! = $error;
  refuse('full', needed => $needed, free => $free) if $!{ENOSPC} || $!{EDQUOT};
  refuse_errno('write');
}

# Calls a function that ends the operation on failure, and then takes away what it left.
sub finish_or { # UNDO FUNCTION
  my ($undo, $function) = @_;
  return if eval { $function->(); 1 };
  my $reason = $@;
  $undo->();
  die $reason;
}

sub create_file {
  my ($number) = @_;
  my ($folder, $file) = new_name(field($number, 'path'));
  my $in = open_content($number);
  sysopen my $out, $file, O_RDWR | O_CREAT | O_EXCL, 0600 or refuse_errno('create', -s $in);
  finish_or(sub { close $out; unlink $file }, sub {
    my $size = -s $in;
    if (!copy_bytes($in, $out, $size) || !flush($out)) {
      my $error = 0 + $!;
      my $free = free_bytes() + ((-s $out) // 0);
      $! = $error;
      refuse('full', needed => $size, free => $free) if $!{ENOSPC} || $!{EDQUOT};
      refuse_errno('write');
    }
    refuse('failed', text => 'the file differs after writing') unless same_bytes($in, $out);
    give_attributes($number, $folder, $file);
  });
}

sub make_folder {
  my ($number) = @_;
  my ($folder, $file) = new_name(field($number, 'path'));
  mkdir $file, 0700 or refuse_errno('mkdir');
  finish_or(sub { rmdir $file }, sub { give_attributes($number, $folder, $file) });
}

sub make_link {
  my ($number) = @_;
  my ($folder, $file) = new_name(field($number, 'path'));
  refuse('unsupported', text => 'the file system has no symbolic links') unless keeps_attributes();
  symlink field($number, 'target'), $file or refuse_errno('symlink');
  finish_or(sub { unlink $file }, sub { give_label(undef, $folder, $file) });
}

sub new_name {
  my ($folder, $file) = resolve_name($_[0]);
  refuse('exists') if lstat $file;
  return ($folder, $file);
}

sub give_attributes {
  my ($number, $folder, $file) = @_;
  return unless keeps_attributes();
  chown 0 + field($number, 'uid'), 0 + field($number, 'gid'), $file or refuse_errno('chown');
  chmod oct field($number, 'mode'), $file or refuse_errno('chmod');
  give_label(field($number, 'selinux'), $folder, $file);
}

# Labels in images end with a NUL, as libselinux writes them.
sub give_label {
  my ($label, $folder, $file) = @_;
  my $wanted = defined $label ? "$label\0" : label_of($folder);
  return unless defined $wanted;
  set_label($file, $wanted) or refuse_errno('the SELinux label');
}

sub remove {
  my ($number) = @_;
  my (undef, $file) = resolve_name(field($number, 'path'));
  my @stat = lstat $file or refuse('missing');
  if (!S_ISDIR($stat[2])) { unlink $file or refuse_errno('unlink') }
  elsif (field($number, 'recursive') eq 'true') { remove_tree($file, (lstat $root)[0]) }
  elsif (!rmdir $file) {
    refuse('not-empty') if $!{ENOTEMPTY} || $!{EEXIST};
    refuse_errno('rmdir');
  }
}

sub remove_tree {
  my ($folder, $filesystem_id) = @_;
  # Subvolumes of btrfs look like file systems of their own, and are none.
  refuse('unsupported', text => 'another file system is in the folder') if $filesystem ne 'btrfs' && (lstat $folder)[0] != $filesystem_id;
  opendir my $names, $folder or refuse_errno('opendir');
  for my $name (grep { $_ ne '.' && $_ ne '..' } readdir $names) {
    my $file = "$folder/$name";
    my @stat = lstat $file or refuse_errno('lstat');
    if (S_ISDIR($stat[2])) { remove_tree($file, $filesystem_id) }
    else { unlink $file or refuse_errno('unlink') }
  }
  closedir $names;
  rmdir $folder or refuse_errno('rmdir');
}

sub rename_file {
  my ($number) = @_;
  my (undef, $from) = resolve_name(field($number, 'path'));
  my @from = lstat $from or refuse('missing');
  my (undef, $to) = resolve_name(field($number, 'to'));
  my @to = lstat $to;
  # On FAT a name finds itself in any case of letters.
  my $same = $filesystem =~ /^(vfat|msdos)$/ && $from ne $to && lc $from eq lc $to;
  refuse('exists') if @to && !$same;
  return if rename $from, $to;
  refuse('unsupported', text => 'a folder cannot be moved into itself') if $!{EINVAL};
  refuse_errno('rename');
}

# Changing an owner can take set-user-id bits away, so the mode is always given again.
sub set_attributes {
  my ($number) = @_;
  my $file = resolve(field($number, 'path'), 1);
  my @was = lstat $file or refuse('missing');
  return unless keeps_attributes();
  my ($uid, $gid, $mode) = map { field($number, $_) } 'uid', 'gid', 'mode';
  if (defined $uid || defined $gid) { chown 0 + ($uid // -1), 0 + ($gid // -1), $file or refuse_errno('chown') }
  chmod defined $mode ? oct $mode : S_IMODE($was[2]), $file or refuse_errno('chmod');
}

# Runs a program without input; its exit code and all that it said.
sub run_tool { return run_tool_with('/dev/null', @_) }

# The same with a file as its input.
sub run_tool_with { # INPUT WORDS
  my ($input, @words) = @_;
  my $pid = open my $said, '-|';
  refuse('failed', text => "fork: $!") unless defined $pid;
  if ($pid == 0) {
    open STDIN, '<', $input;
    open STDERR, '>&', \*STDOUT;
    { no warnings; exec { $words[0] } @words }
    print "$words[0]: $!\n";
    require POSIX;
    POSIX::_exit(127);
  }
  local $/;
  my $text = readline($said) // '';
  close $said;
  print STDERR $text;
  return ($? >> 8 || $? & 127, $text);
}

sub last_line { return ((grep { /\S/ } split /\n/, $_[0])[-1] // '') =~ s/^\s+|\s+$//gr }

sub must_run {
  my ($code, $text) = run_tool(@_);
  refuse('failed', text => "$_[0] ended with $code: " . last_line($text)) if $code != 0;
}

sub device_bytes { # DEVICE OFFSET LENGTH
  my ($device, $offset, $length) = @_;
  sysopen my $in, $device, O_RDONLY or refuse('no-partition');
  sysseek $in, $offset, 0;
  my $bytes;
  my $got = sysread $in, $bytes, $length;
  refuse('unreadable') unless defined $got && $got == $length;
  return $bytes;
}

sub set_filesystem_uuid {
  my ($number) = @_;
  my ($partition, $type, $uuid) = map { field($number, $_) } 'partition', 'filesystem', 'uuid';
  my $device = device_of($partition);
  refuse('no-partition') unless -b $device;
  refuse('unsupported', text => "there is no tool that gives $type another UUID") unless $type =~ /^(ext[234]|xfs|vfat|btrfs)$/;
  refuse('unreadable') unless is_filesystem($device, $type);
  if ($type =~ /^ext[234]$/) { set_ext_uuid($device, $uuid) }
  elsif ($type eq 'xfs') { set_xfs_uuid($partition, $device, $uuid) }
  elsif ($type eq 'vfat') { must_run('fatlabel', '-i', $device, $uuid) }
  else { must_run('btrfstune', '-f', '-U', $uuid, $device) }
  refuse('failed', text => 'the UUID differs after writing') if uuid_of($device, $type) ne $uuid;
}

# Magic numbers, at the places that the documents named at uuid_of give.
sub is_filesystem {
  my ($device, $type) = @_;
  return device_bytes($device, 0, 4) eq 'XFSB' if $type eq 'xfs';
  return device_bytes($device, 510, 2) eq "\x55\xaa" if $type eq 'vfat';
  return device_bytes($device, 65600, 8) eq '_BHRfS_M' if $type eq 'btrfs';
  return device_bytes($device, 1080, 2) eq "\x53\xef";
}

# tune2fs refuses a file system that was mounted since its last check.
sub set_ext_uuid {
  my ($device, $uuid) = @_;
  my ($code, $text) = run_tool('e2fsck', '-f', '-p', $device);
  refuse('unreadable', text => last_line($text)) if $code > 1;
  must_run('tune2fs', '-U', $uuid, $device);
}

# A log that was not replayed is bound to the old UUID; the kernel replays it when it mounts.
sub set_xfs_uuid {
  my ($partition, $device, $uuid) = @_;
  my ($code, $text) = run_tool('xfs_admin', '-U', $uuid, $device);
  if ($text =~ /valuable metadata changes in a log/) {
    mount_at($device, 'xfs', $MS_NOATIME, 'nouuid') or refuse('unreadable', text => "its log cannot be replayed: $!");
    $mounted = $partition;
    record("mounted $partition replayed");
    leave();
    ($code, $text) = run_tool('xfs_admin', '-U', $uuid, $device);
  }
  refuse('failed', text => "xfs_admin ended with $code: " . last_line($text)) if $code != 0;
}

# Offsets: ext4 s_uuid (Documentation/filesystems/ext4), xfs sb_uuid, btrfs fsid, FAT specification BS_VolID.
sub uuid_of {
  my ($device, $type) = @_;
  if ($type eq 'vfat') {
    my $fat32 = unpack('v', device_bytes($device, 22, 2)) == 0;
    return sprintf '%08X', unpack 'V', device_bytes($device, $fat32 ? 67 : 39, 4);
  }
  my $offset = $type eq 'xfs' ? 32 : $type eq 'btrfs' ? 65568 : 1128;
  return join '-', unpack('H8 H4 H4 H4 H12', device_bytes($device, $offset, 16));
}

# The signature is in the second sector, whatever the size of those is.
sub has_gpt { return scalar grep { device_bytes($disk, $_, 8) eq 'EFI PART' } 512, 4096 }

my @no_reread = ('--no-reread', '--no-tell-kernel', '--quiet');

sub set_partition_type {
  my ($number) = @_;
  my ($partition, $type) = map { field($number, $_) } 'partition', 'type';
  refuse('no-partition') if $partition == 0 || !-b device_of($partition);
  my $guid = $type =~ /-/;
  refuse('unsupported', text => $guid ? 'the partition table is no GPT' : 'a GPT needs a GUID as type') if !$guid != !has_gpt();
  must_run('sfdisk', @no_reread, '--part-type', $disk, $partition, $type);
  my ($code, $text) = run_tool('sfdisk', '--part-type', $disk, $partition);
  my $same = $guid ? lc last_line($text) eq lc $type : hex(last_line($text)) == hex $type;
  refuse('failed', text => 'the type differs after writing') unless $code == 0 && $same;
}

# It moves the end of the usable space as well.
sub move_backup_gpt {
  refuse('unsupported', text => 'the disk has no GPT') unless has_gpt();
  must_run('sfdisk', @no_reread, '--relocate', 'gpt-bak-std', $disk);
}

my ($BLKPG, $BLKPG_RESIZE_PARTITION, $BLKGETSIZE64) = (0x1269, 3, 0x80081272);

sub device_size { # DEVICE
  my ($device) = @_;
  sysopen my $in, $device, O_RDONLY or refuse('no-partition');
  my $bytes = pack 'Q', 0;
  ioctl $in, $BLKGETSIZE64, $bytes or refuse('failed', text => "size of $device: $!");
  return unpack 'Q', $bytes;
}

sub resize_partition {
  my ($number) = @_;
  my ($partition, $start, $size, $from) = map { field($number, $_) } 'partition', 'startBytes', 'sizeBytes', 'fromBytes';
  my $device = device_of($partition);
  refuse('no-partition') if $partition == 0 || !-b $device;
  refuse('changed') if device_size($device) != $from;
  my $script = "$tmp/sfdisk-script";
  open my $out, '>', $script or refuse_errno('the script of sfdisk');
  print $out 'size=' . $size / 512 . "\n";
  close $out;
  my ($code, $text) = run_tool_with($script, 'sfdisk', @no_reread, '--wipe', 'never', '--wipe-partitions', 'never', '-N', $partition, $disk);
  unlink $script;
  refuse('no-room', text => 'sfdisk: ' . last_line($text)) if $code != 0;
  tell_kernel($partition, $start, $size);
  refuse('failed', text => 'the partition has another size after writing') if device_size($device) != $size;
}

sub tell_kernel { # PARTITION START SIZE
  my ($partition, $start, $size) = @_;
  sysopen my $whole, $disk, O_RDONLY or refuse('no-partition');
  my $data = pack 'q q l a64 a64 x4', $start, $size, $partition, '', '';
  my $request = pack 'l l l x4 P', $BLKPG_RESIZE_PARTITION, 0, length $data, $data;
  ioctl $whole, $BLKPG, $request or refuse('failed', text => "the kernel does not take the new size: $!");
}

sub grow_filesystem {
  my ($number) = @_;
  my ($partition, $type, $device) = filesystem_at($number);
  my $before = filesystem_size($device, $type);
  if ($type =~ /^ext[234]$/) {
    check_ext($device);
    must_run('resize2fs', $device);
  } elsif ($type eq 'swap') { grow_swap($device) }
  else {
    enter($partition, $type);
    must_run($type eq 'xfs' ? ('xfs_growfs', '-d', $root) : ('btrfs', 'filesystem', 'resize', 'max', $root));
    leave();
  }
  refuse('failed', text => 'the file system is smaller than it was') if filesystem_size($device, $type) < $before;
}

sub shrink_filesystem {
  my ($number) = @_;
  my ($partition, $type, $device) = filesystem_at($number);
  my $bytes = field($number, 'bytes');
  my ($code, $text);
  if ($type =~ /^ext[234]$/) {
    check_ext($device);
    # Forced: what it takes for the least is more than it needs, at times more than it has (measured). One that was checked before and
    # after is whole, and one that is not is thrown away.
    ($code, $text) = run_tool('resize2fs', '-f', $device, $bytes / 1024 . 'K');
    ($code, $text) = run_tool('e2fsck', '-f', '-n', $device) if $code == 0;
  } elsif ($type eq 'btrfs') {
    enter($partition, $type);
    ($code, $text) = run_tool('btrfs', 'filesystem', 'resize', $bytes, $root);
    leave();
  } else { refuse('unsupported', text => "there is no tool that makes $type smaller") }
  refuse('no-room', text => last_line($text)) if $code != 0;
  refuse('failed', text => 'the file system is larger than asked for') if filesystem_size($device, $type) > $bytes;
}

sub filesystem_at { # NUMBER
  my ($number) = @_;
  my ($partition, $type) = map { field($number, $_) } 'partition', 'filesystem';
  my $device = device_of($partition);
  refuse('no-partition') unless -b $device;
  refuse('unsupported', text => "there is no tool that resizes $type") unless $type =~ /^(ext[234]|xfs|btrfs|swap)$/;
  my $is = $type eq 'swap' ? device_bytes($device, 4086, 10) eq 'SWAPSPACE2' : is_filesystem($device, $type);
  refuse('unreadable') unless $is;
  return ($partition, $type, $device);
}

# resize2fs asks for it, and what e2fsck cannot mend by itself is not moved about.
sub check_ext {
  my ($device) = @_;
  my ($code, $text) = run_tool('e2fsck', '-f', '-p', $device);
  refuse('damaged', text => last_line($text)) if $code > 1;
}

# The page that begins it is written anew, with the UUID and the label that were in it (include/linux/swap.h).
sub grow_swap {
  my ($device) = @_;
  my $uuid = join '-', unpack 'H8 H4 H4 H4 H12', device_bytes($device, 1036, 16);
  my $label = device_bytes($device, 1052, 16) =~ s/\0.*//sr;
  must_run('mkswap', '-U', $uuid, length $label ? ('-L', $label) : (), $device);
}

# By its own count. Offsets as in uuid_of; swap counts pages.
sub filesystem_size { # DEVICE TYPE
  my ($device, $type) = @_;
  if ($type =~ /^ext/) {
    my ($low, $log) = unpack 'V @20 V', device_bytes($device, 1028, 24);
    my $wide = unpack('V', device_bytes($device, 1120, 4)) & 0x80;
    my $high = $wide ? unpack('V', device_bytes($device, 1360, 4)) : 0;
    return ($low + $high * 2 ** 32) * (1024 << $log);
  }
  return unpack('V', device_bytes($device, 1028, 4)) * 4096 if $type eq 'swap';
  return unpack('Q<', device_bytes($device, 65745, 8)) if $type eq 'btrfs';
  my ($unit, $blocks) = unpack 'N Q>', device_bytes($device, 4, 12);
  return $unit * $blocks;
}

my %file_operations = (
  'rewrite-file' => \&rewrite_file, 'create-file' => \&create_file, 'make-folder' => \&make_folder, 'make-link' => \&make_link,
  'remove' => \&remove, 'rename' => \&rename_file, 'set-attributes' => \&set_attributes,
);
my %disk_operations = (
  'set-filesystem-uuid' => \&set_filesystem_uuid, 'set-partition-type' => \&set_partition_type, 'move-backup-gpt' => \&move_backup_gpt,
  'resize-partition' => \&resize_partition, 'grow-filesystem' => \&grow_filesystem, 'shrink-filesystem' => \&shrink_filesystem,
);

sub carry_out { # NUMBER FUNCTION
  my ($number, $function) = @_;
  return record("$number ok") if eval { $function->($number); 1 };
  my $reason = $@;
  $reason = { word => 'failed', needed => 0, free => 0, text => $reason } unless ref $reason;
  my $text = substr $reason->{text}, 0, 300;
  $text =~ s/[^ -~]/?/g;
  record(join ' ', $number, 'error', $reason->{word}, $reason->{needed}, $reason->{free}, $text);
}

open my $order, '<', "$work/ops/order" or die "order: $!";
chomp(my @numbers = <$order>);
for my $number (@numbers) {
  my $function = $file_operations{field($number, 'kind')} or next;
  carry_out($number, sub {
    enter(field($number, 'partition'), field($number, 'filesystem'));
    $function->($number);
  });
}
leave();
for my $number (@numbers) {
  my $function = $disk_operations{field($number, 'kind')} or next;
  carry_out($number, $function);
  leave();
}

__END__
END_OF_PROGRAM
) || exit
sync
echo end >&3
