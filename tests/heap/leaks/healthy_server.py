"""A service as it should be: many modules, some state, nothing that piles up."""
import argparse
import asyncio
import collections
import csv
import decimal
import email.mime.multipart
import http.server
import json
import logging
import sqlite3
import threading
import unittest
import urllib.request
import xml.dom.minidom

import leak

modules = [argparse, asyncio, collections, csv, decimal, email, http, json, logging,
           sqlite3, threading, unittest, urllib, xml]
sessions = {number: {"user": "name %d" % number, "seen": [1, 2, 3]}
            for number in range(500)}
recent = collections.deque((leak.block(200) for _ in range(500)), maxlen=500)
leak.expect(suspects=False)
