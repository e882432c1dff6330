/** Perl: what is done to unmounted file systems and to the partition table. What was written is read again from the disk itself. */
export const DISK = String.raw`
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
`
