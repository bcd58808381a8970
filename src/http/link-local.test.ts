import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLinkLocal } from './link-local.ts';

test('link-local addresses and metadata services of clouds are told by address and by name, however they are written', () => {
  for (const host of [
    '169.254.169.254',
    '169.254.0.1',
    '169.254.170.2',
    '[fe80::1]',
    'fe80::1%eth0',
    'febf::1',
    '[fd00:ec2::254]',
    'fd00:0ec2:0:0:0:0:0:0254',
    '::ffff:169.254.169.254',
    '[::ffff:a9fe:a9fe]',
    '64:ff9b::169.254.169.254',
    '2002:a9fe:a9fe::1',
    '::169.254.169.254',
    '100.100.100.200',
    '168.63.129.16',
    'metadata.google.internal',
    'METADATA.google.internal.',
    'instance-data.ec2.internal',
  ])
    assert.equal(isLinkLocal(host), true, host);
});

test('other addresses and names are none, those of private networks included', () => {
  for (const host of [
    '169.253.255.255',
    '127.0.0.1',
    '10.0.0.1',
    '192.168.1.1',
    '[::1]',
    'fec0::1',
    '2001:db8::a9fe:a9fe',
    '64:ff9b::10.0.0.1',
    'registry.example.com',
    'metadata.example.com',
    '169.254.169.254.example.com',
    '',
  ])
    assert.equal(isLinkLocal(host), false, host);
});

test('numbers that a URL reads as an address are the address that it reads', () => {
  for (const url of [
    'http://2852039166/',
    'http://0xa9fea9fe/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
  ])
    assert.equal(isLinkLocal(new URL(url).hostname), true, url);
});
