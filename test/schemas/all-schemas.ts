import { django } from './django/django.ts';
import { dotnet } from './dotnet/dotnet.ts';
import { java } from './java/java.ts';
import { laravel } from './laravel/laravel.ts';
import { php } from './php/php.ts';
import { prisma } from './prisma/prisma.ts';
import { rails } from './rails/rails.ts';
import type { Schema } from './schema.ts';

export const allSchemas: Schema[] = [rails, django, prisma, java, php, laravel, dotnet];
