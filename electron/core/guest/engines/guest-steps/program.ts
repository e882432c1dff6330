import { CONTENT } from './content.js'
import { DISK } from './disk.js'
import { FILES } from './files.js'
import { KERNEL } from './kernel.js'
import { PLACES } from './places.js'
import { RESIZE } from './resize.js'

const HEAD = String.raw`
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
`

const TAIL = String.raw`
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
`

/** The whole program, in perl and not in shell: one process for any number of operations, errno instead of messages to be matched. */
export const PROGRAM = [HEAD, KERNEL, PLACES, CONTENT, FILES, DISK, RESIZE, TAIL].join('')
