/** Perl: refusals, mounting one partition at a time, and paths that stay inside of the mounted tree. */
export const PLACES = String.raw`
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
`
