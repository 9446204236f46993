/*
 * libpcap's engine by the nanosecond: loads a pcap file, compiles filters with pcap_compile() and runs bpf_filter() over
 * its packets.
 *
 *     bpf-filter CAPTURE ROUNDS < filters      one expression a line
 *
 * For each filter two lines: the program in decimal (tcpdump -ddd with spaces for newlines), then
 *     matches cold_ns hot_ns compile_ms
 * cold: each packet of the file once, the file being larger than the caches. hot: the first HOT packets, packed together,
 * again and again. CPU time of this process, the least of ROUNDS for cold and hot alike medians are taken by the caller:
 * every round is printed.
 */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define HOT 1000
#define HOT_PASSES 300

static double cpu_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

struct packet {
	const unsigned char *data;
	unsigned int captured, length;
	unsigned int result;
};

static unsigned long run(const struct bpf_insn *program, struct packet *packets, size_t count)
{
	unsigned long matches = 0;
	for (size_t n = 0; n < count; n++) {
		packets[n].result = bpf_filter(program, packets[n].data, packets[n].length, packets[n].captured);
		matches += packets[n].result != 0;
	}
	return matches;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	FILE *file = fopen(argv[1], "rb");
	if (!file)
		return perror(argv[1]), 1;
	fseek(file, 0, SEEK_END);
	size_t size = ftell(file);
	rewind(file);
	unsigned char *bytes = malloc(size);
	if (!bytes || fread(bytes, 1, size, file) != size)
		return perror(argv[1]), 1;
	fclose(file);
	int rounds = atoi(argv[2]);

	size_t count = 0, room = 0;
	struct packet *packets = NULL;
	for (size_t at = 24; at + 16 <= size;) {
		unsigned int captured, length;
		memcpy(&captured, bytes + at + 8, 4);
		memcpy(&length, bytes + at + 12, 4);
		if (count == room)
			packets = realloc(packets, (room = room ? room * 2 : 1 << 16) * sizeof *packets);
		packets[count++] = (struct packet){bytes + at + 16, captured, length, 0};
		at += 16 + captured;
	}

	size_t hot_count = count < HOT ? count : HOT;
	struct packet *hot = malloc(hot_count * sizeof *hot);
	memcpy(hot, packets, hot_count * sizeof *hot);

	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, 262144);
	char *line = NULL;
	size_t line_room = 0;
	ssize_t line_length;
	while ((line_length = getline(&line, &line_room, stdin)) > 0) {
		struct bpf_program program;
		line[strcspn(line, "\n")] = 0;
		double begin = cpu_ns();
		if (pcap_compile(pcap, &program, line, 1, PCAP_NETMASK_UNKNOWN) != 0)
			return fprintf(stderr, "%s\n", pcap_geterr(pcap)), 1;
		double compile = cpu_ns() - begin;
		printf("%u", program.bf_len);
		for (unsigned int n = 0; n < program.bf_len; n++)
			printf(" %u %u %u %u", program.bf_insns[n].code, program.bf_insns[n].jt, program.bf_insns[n].jf,
			       program.bf_insns[n].k);
		printf("\n");
		unsigned long matches = 0;
		for (int round = 0; round < rounds; round++) {
			begin = cpu_ns();
			matches = run(program.bf_insns, packets, count);
			double cold = (cpu_ns() - begin) / count;
			run(program.bf_insns, hot, hot_count);
			begin = cpu_ns();
			for (int pass = 0; pass < HOT_PASSES; pass++)
				run(program.bf_insns, hot, hot_count);
			double hot_ns = (cpu_ns() - begin) / HOT_PASSES / hot_count;
			printf("%lu %.3f %.3f %.3f\n", matches, cold, hot_ns, compile / 1e6);
		}
		printf("\n");
		fflush(stdout);
		pcap_freecode(&program);
	}
	return 0;
}
