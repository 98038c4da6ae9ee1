# Takes the place of ffmpeg, and tries what hostile code in it would try. For each attempt it prints a line: the name, a tab, `got`
# or `nothing`, a tab, and what it saw. It is in Perl because every image that is based on Debian has Perl.
# Arguments: a film of a neighbour, the port of the sidecar, the process id of the converter, and Node's name of the processor.
use strict;
use warnings;
use Socket;

my ($film, $port, $pid, $arch) = @ARGV;
my $spool = $film =~ s{/[^/]+/[^/]+$}{}r;
$| = 1;
# A write beyond the limit of a file fails then, and does not end this program.
$SIG{XFSZ} = 'IGNORE';

sub try {
  my ($name, $attempt) = @_;
  my $seen = eval { $attempt->() };
  my ($outcome, $text) = defined $seen ? ('got', $seen) : ('nothing', $@);
  $text =~ s/[^ -~]+/ /g;
  printf "%s\t%s\t%.60s\n", $name, $outcome, $text;
}

sub slurp {
  open(my $file, '<', $_[0]) or die "$!\n";
  my $line = <$file>;
  return $line // die "it is empty\n";
}

sub create {
  open(my $file, '>', $_[0]) or die "$!\n";
  return $file;
}

sub start {
  my $child = fork() // die "$!\n";
  if ($child == 0) { exec('/bin/true') or kill('KILL', $$) }
  waitpid($child, 0);
  return "process $child";
}

sub tcp {
  my ($to) = @_;
  socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "$!\n";
  connect($socket, sockaddr_in($to, INADDR_LOOPBACK)) or die "$!\n";
  return "port $to";
}

try('reads the users of the system', sub { slurp('/etc/passwd') });
try('reads the environment of the converter', sub { slurp("/proc/$pid/environ") });
try('reads the film of a neighbour', sub { slurp($film) });
try('lists the films of all', sub { opendir(my $folder, $spool) or die "$!\n"; join(' ', readdir($folder)) });
try('writes into the folder of a neighbour', sub { create("$film.planted"); 'written' });
try('deletes the film of a neighbour', sub { unlink($film) or die "$!\n"; 'deleted' });
try('connects to the sidecar', sub { tcp($port) });
try('sends a packet to a name server', sub {
  socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die "$!\n";
  send($socket, 'query', 0, sockaddr_in(53, INADDR_LOOPBACK)) or die "$!\n";
  'sent';
});
try('listens on a port', sub {
  socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "$!\n";
  bind($socket, sockaddr_in(0, INADDR_LOOPBACK)) && listen($socket, 1) or die "$!\n";
  'listening';
});
try('starts processes, as a fork bomb does', \&start);
try('signals the converter', sub { kill(0, $pid) or die "$!\n"; 'may signal' });
# PTRACE_SEIZE, which stops nobody. The number of ptrace differs between processors.
my $ptrace = $arch eq 'arm64' ? 117 : 101;
try('traces the converter', sub { syscall($ptrace, 0x4206, $pid, 0, 0) == 0 or die "$!\n"; 'traced' });
try('fills the disk', sub {
  my $file = create('fill');
  for (1 .. 16) { (syswrite($file, 'x' x 1048576) // 0) == 1048576 or die "$!\n" }
  '16 MiB';
});
